//! What the administrators' page shows: every account, what the log grants it, and what can be done.

use std::collections::HashMap;

use askama::Template;
use serde::Deserialize;
use tais_bus::Item;
use tais_domain::Registry;
use tais_domain::policy::Grant;
use tais_proto::{AccountId, Event, Pillar, Role};
use tais_web::language::{Arg, Texts};
use tais_web::parts::{FieldError, Standing, chip, error_summary, field_error};
use tais_web::session::SignedIn;
use tais_web::{Failure, Frame};
use uuid::Uuid;

use super::keys::refused;

/// What was typed to make an account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The name.
    pub name: String,
    /// The role's code.
    pub role: String,
    /// The pillar's code.
    pub pillar: String,
}

/// The identifier that was typed to tie somebody at the identity provider to an account.
#[derive(Clone, Debug)]
pub struct TypedIdentity {
    /// The account.
    pub account: AccountId,
    /// The identifier.
    pub subject: String,
}

/// Who signs in at the identity provider, where there is one.
#[derive(Clone, Debug)]
pub struct Identities {
    /// The provider's host.
    pub host: String,
    /// The identifiers by account.
    pub subjects: HashMap<AccountId, String>,
}

/// What an administrator typed that was not taken.
#[derive(Clone, Debug, Default)]
pub struct Wrong {
    /// To make an account.
    pub typed: Typed,
    /// To tie somebody to one.
    pub identity: Option<TypedIdentity>,
    /// Why not.
    pub errors: Vec<FieldError>,
}

/// A password that is shown once.
pub struct FirstPassword {
    /// Whose it is, and what to do with it.
    pub words: String,
    /// The password.
    pub password: String,
}

impl FirstPassword {
    /// The password of somebody.
    #[must_use]
    pub fn new(t: Texts, name: &str, password: String) -> Self {
        Self { words: t.with("accounts-first-password", &[("name", Arg::from(name))]), password }
    }
}

struct Choice {
    code: &'static str,
    text: String,
    chosen: bool,
}

struct Row {
    name: String,
    role: String,
    chip: String,
    note: String,
    url: String,
    submission: Uuid,
    can_ask: bool,
    can_grant: bool,
    can_revoke: bool,
    identity: Option<IdentityRow>,
}

/// What a row says of the identity provider.
struct IdentityRow {
    /// Who the account is there; empty for nobody yet.
    words: String,
    label: String,
    untie: String,
    id: String,
    typed: String,
    wrong: String,
    open: bool,
}

fn identity_row(t: Texts, person: &SignedIn, identities: &Identities, wrong: &Wrong) -> IdentityRow {
    let host = || ("host", Arg::from(&identities.host));
    let words = |subject: &String| t.with("accounts-identity", &[host(), ("subject", Arg::from(subject))]);
    let typed = wrong.identity.as_ref().filter(|typed| typed.account == person.account);
    let id = format!("identity-{}", person.name);
    IdentityRow {
        words: identities.subjects.get(&person.account).map(words).unwrap_or_default(),
        label: t.with("accounts-identity-field", &[host()]),
        untie: t.with("accounts-identity-untie", &[host()]),
        typed: typed.map(|typed| typed.subject.clone()).unwrap_or_default(),
        wrong: field_error(&wrong.errors, &id),
        open: typed.is_some(),
        id,
    }
}

/// The page.
#[derive(Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    t: Texts,
    errors: String,
    csrf: String,
    refused: Vec<String>,
    first: Option<FirstPassword>,
    rows: Vec<Row>,
    name: String,
    wrong_name: String,
    wrong_role: String,
    wrong_pillar: String,
    roles: Vec<Choice>,
    pillars: Vec<Choice>,
}

impl AccountsPage {
    /// Makes the content.
    ///
    /// # Errors
    /// When nobody is signed in.
    #[expect(clippy::too_many_arguments, reason = "one page, and all of what it shows")]
    pub fn new(
        frame: &Frame,
        people: &[SignedIn],
        requests: &HashMap<AccountId, AccountId>,
        registry: &Registry,
        open: &[Item],
        identities: Option<&Identities>,
        wrong: &Wrong,
        first: Option<FirstPassword>,
    ) -> Result<Self, Failure> {
        let t = frame.texts;
        let Wrong { typed, errors, .. } = wrong;
        let reader = frame.person()?.account;
        let names: HashMap<AccountId, &str> =
            people.iter().map(|person| (person.account, person.name.as_str())).collect();
        let rows = people.iter().map(|person| {
            let asked_by = requests.get(&person.account).copied();
            let on_its_way =
                open.iter().any(|item| item.is_pending() && is_about(&item.event, person.account));
            let grant = Grant { role: person.role, pillar: person.pillar };
            let granted = registry.grants_of(person.account).any(|held| *held == grant);
            let identity = identities.map(|identities| identity_row(t, person, identities, wrong));
            Row { identity, ..row(t, person, Standings { granted, on_its_way, asked_by, reader }, &names) }
        });
        let role = |role: &Role| Choice {
            code: role.code(),
            text: t.get(&format!("role-{}", role.code())),
            chosen: typed.role == role.code(),
        };
        let pillar = |pillar: &Pillar| Choice {
            code: pillar.code(),
            text: pillar.code().to_uppercase(),
            chosen: typed.pillar == pillar.code(),
        };
        Ok(Self {
            t,
            errors: error_summary(t, errors),
            csrf: frame.csrf.field(),
            refused: refused(t, open),
            first,
            rows: rows.collect(),
            name: typed.name.clone(),
            wrong_name: field_error(errors, "name"),
            wrong_role: field_error(errors, "role"),
            wrong_pillar: field_error(errors, "pillar"),
            roles: Role::ALL.iter().map(role).collect(),
            pillars: Pillar::ALL.iter().map(pillar).collect(),
        })
    }
}

fn is_about(event: &Event, account: AccountId) -> bool {
    match event {
        Event::RegistryRoleGranted(granted) => granted.account == account,
        Event::RegistryRoleRevoked(revoked) => revoked.account == account,
        _ => false,
    }
}

#[derive(Clone, Copy)]
struct Standings {
    granted: bool,
    on_its_way: bool,
    asked_by: Option<AccountId>,
    reader: AccountId,
}

fn row(t: Texts, person: &SignedIn, at: Standings, names: &HashMap<AccountId, &str>) -> Row {
    let (standing, key) = match at {
        Standings { on_its_way: true, .. } => (Standing::Plain, "accounts-on-its-way-chip"),
        Standings { granted: true, .. } => (Standing::Ok, "accounts-granted"),
        Standings { asked_by: Some(_), .. } => (Standing::Risk, "accounts-asked"),
        _ => (Standing::Bad, "accounts-not-granted"),
    };
    let settled = !at.on_its_way && !at.granted;
    let own_request = at.asked_by == Some(at.reader);
    let asker = at.asked_by.and_then(|asker| names.get(&asker)).copied().unwrap_or("-");
    let note = match at.asked_by.filter(|_| settled) {
        Some(_) if own_request => t.get("accounts-asked-by-you"),
        Some(_) => t.with("accounts-asked-by", &[("name", Arg::from(asker))]),
        None => String::new(),
    };
    let pillar = person.pillar.map(|pillar| format!(" ({})", pillar.code().to_uppercase()));
    Row {
        name: person.name.clone(),
        role: format!("{}{}", t.get(&format!("role-{}", person.role.code())), pillar.unwrap_or_default()),
        chip: chip(standing, &t.get(key)),
        note,
        url: format!("/accounts/{}", person.account),
        submission: Uuid::now_v7(),
        can_ask: settled && at.asked_by.is_none(),
        can_grant: settled && at.asked_by.is_some() && !own_request && person.account != at.reader,
        can_revoke: at.granted && !at.on_its_way,
        identity: None,
    }
}
