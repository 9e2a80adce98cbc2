//! Who may ask for what: one table over every address and method, and one function that judges by it.
//! What stands in no row is denied.
//!
//! Who may *say* what is the domain's table; rows that lead to an event ask that one, so that a page
//! never offers what the recorder refuses.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::Method;
use tais_domain::policy::permission;
use tais_proto::{AccountId, EventType, Pillar, Role};

use crate::answer::Failure;
use crate::session::SignedIn;

/// Who may ask for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anybody at all: what has to work before anybody is signed in.
    Anyone,
    /// Whoever reads the record: every role but the administrator's, which is over accounts and keys
    /// and not over content. A record of sample data is open to everybody.
    Readers,
    /// Anybody who is signed in.
    SignedIn,
    /// The correspondent of the address's own pillar.
    Correspondent(Pillar),
    /// These roles.
    Roles(&'static [Role]),
    /// The roles that may say this event.
    Says(EventType),
}

/// A table of who may ask for what: by method (`HEAD` asks as `GET` does) and by the route as it was
/// written (`/activities/{id}`). `None` is nobody.
pub type Table = fn(&Method, &str) -> Option<Audience>;

/// A row of the site's table: method, route, who.
type Row = (Method, &'static str, Audience);

use Audience::{Anyone, Readers, Roles, Says, SignedIn as AllSignedIn};
use EventType as E;

const ADMINISTRATORS: Audience = Roles(&[Role::Administrator]);
const DIRECTOR: Audience = Roles(&[Role::Director]);
const DESK: Audience = Roles(&[Role::Director, Role::Office]);

/// Everything outside the pillars' own pages, which are [`Audience::Correspondent`]'s.
const ROWS: &[Row] = &[
    (Method::GET, "/assets/{file}", Anyone),
    (Method::GET, "/service-worker.js", Anyone),
    (Method::GET, "/language/{tag}", Anyone),
    (Method::GET, "/problems/{code}", Anyone),
    (Method::GET, "/api/v1/openapi.json", Anyone),
    (Method::GET, "/sign-in", Anyone),
    (Method::POST, "/sign-in", Anyone),
    (Method::POST, "/sign-in/provider", Anyone),
    (Method::GET, "/sign-in/provider/return", Anyone),
    (Method::POST, "/sign-out", Anyone),
    (Method::GET, "/password", AllSignedIn),
    (Method::POST, "/password", AllSignedIn),
    (Method::GET, "/", Readers),
    (Method::GET, "/brief", Readers),
    (Method::GET, "/live", Readers),
    (Method::GET, "/activities", Readers),
    (Method::GET, "/activities.csv", Readers),
    (Method::GET, "/activities/{id}", Readers),
    (Method::GET, "/documents/{sha256}", Readers),
    (Method::GET, "/api/v1/wps", Readers),
    (Method::GET, "/api/v1/activities", Readers),
    (Method::GET, "/api/v1/activities/{id}", Readers),
    (Method::GET, "/audit", Readers),
    (Method::GET, "/audit/diff", Readers),
    (Method::GET, "/audit/verify", Says(E::SecurityVerified)),
    (Method::POST, "/audit/verify", Says(E::SecurityVerified)),
    (Method::GET, "/audit/bundle", Says(E::SecurityVerified)),
    (Method::GET, "/events/{position}", Readers),
    (Method::GET, "/events/{position}/receipt", Readers),
    (Method::GET, "/tlog/checkpoint", Readers),
    (Method::GET, "/tlog/tile/{*path}", Readers),
    (Method::GET, "/accounts", ADMINISTRATORS),
    (Method::POST, "/accounts", ADMINISTRATORS),
    (Method::POST, "/accounts/{id}/request", ADMINISTRATORS),
    (Method::POST, "/accounts/{id}/grant", Says(E::RegistryRoleGranted)),
    (Method::POST, "/accounts/{id}/revocation", Says(E::RegistryRoleRevoked)),
    (Method::POST, "/accounts/{id}/password", ADMINISTRATORS),
    (Method::POST, "/accounts/{id}/identity", Says(E::SecurityIdentityTied)),
    (Method::POST, "/accounts/{id}/identity/removal", Says(E::SecurityIdentityUntied)),
    (Method::GET, "/keys", ADMINISTRATORS),
    (Method::POST, "/keys", Says(E::RegistryKeyRotated)),
    (Method::POST, "/keys/approval", Says(E::RegistryKeyRotated)),
    (Method::POST, "/keys/removal", ADMINISTRATORS),
    (Method::POST, "/keys/resolution", ADMINISTRATORS),
    (Method::GET, "/desk", DESK),
    (Method::GET, "/api/v1/decisions/{id}", DESK),
    (Method::POST, "/activities/{id}/resolution", DESK),
    (Method::POST, "/activities/{id}/return", Says(E::ActivityReturned)),
    (Method::POST, "/activities/{id}/validation", Says(E::ActivityValidated)),
    (Method::POST, "/activities/{id}/acknowledgement", Says(E::ActivityAcknowledged)),
    (Method::POST, "/api/v1/activities/{id}/return", Says(E::ActivityReturned)),
    (Method::POST, "/api/v1/activities/{id}/validation", Says(E::ActivityValidated)),
    (Method::POST, "/api/v1/activities/{id}/acknowledgement", Says(E::ActivityAcknowledged)),
    // Said over the office's outbox, which is the Directorate's: correspondents have their own.
    (Method::GET, "/commitments", Readers),
    (Method::POST, "/commitments", DIRECTOR),
    (Method::GET, "/commitments/{id}", Readers),
    (Method::GET, "/commitments/new", DIRECTOR),
    (Method::POST, "/commitments/{id}/resolution", DIRECTOR),
    (Method::POST, "/commitments/{id}/progress", DIRECTOR),
    (Method::POST, "/commitments/{id}/fulfilment", DIRECTOR),
    (Method::POST, "/commitments/{id}/extension", DIRECTOR),
    (Method::POST, "/commitments/{id}/lapse", DIRECTOR),
    (Method::GET, "/api/v1/commitments", Readers),
    (Method::POST, "/api/v1/commitments", DIRECTOR),
    (Method::GET, "/api/v1/commitments/{id}", Readers),
    (Method::POST, "/api/v1/commitments/{id}/progress", DIRECTOR),
    (Method::POST, "/api/v1/commitments/{id}/fulfilment", DIRECTOR),
    (Method::POST, "/api/v1/commitments/{id}/extension", DIRECTOR),
    (Method::POST, "/api/v1/commitments/{id}/lapse", DIRECTOR),
    (Method::GET, "/indicators", Readers),
    (Method::POST, "/indicators", DIRECTOR),
    (Method::GET, "/indicators/{id}", Readers),
    (Method::GET, "/indicators/new", DIRECTOR),
    (Method::POST, "/indicators/{id}/resolution", DIRECTOR),
    (Method::POST, "/indicators/{id}/measurement", DIRECTOR),
    (Method::POST, "/indicators/{id}/baseline", DIRECTOR),
    (Method::POST, "/indicators/{id}/target", DIRECTOR),
    (Method::POST, "/indicators/{id}/correction", DIRECTOR),
    (Method::GET, "/api/v1/indicators", Readers),
    (Method::POST, "/api/v1/indicators", DIRECTOR),
    (Method::GET, "/api/v1/indicators/{id}", Readers),
    (Method::POST, "/api/v1/indicators/{id}/measurement", DIRECTOR),
    (Method::POST, "/api/v1/indicators/{id}/baseline", DIRECTOR),
    (Method::POST, "/api/v1/indicators/{id}/target", DIRECTOR),
    (Method::POST, "/api/v1/indicators/{id}/correction", DIRECTOR),
    (Method::GET, "/obligations", Readers),
    (Method::POST, "/obligations", DIRECTOR),
    (Method::GET, "/obligations/{id}", Readers),
    (Method::GET, "/obligations/new", DIRECTOR),
    (Method::POST, "/obligations/{id}/resolution", DIRECTOR),
    (Method::POST, "/obligations/{id}/fulfilment", DIRECTOR),
    (Method::POST, "/obligations/{id}/miss", DIRECTOR),
    (Method::GET, "/api/v1/obligations", Readers),
    (Method::POST, "/api/v1/obligations", DIRECTOR),
    (Method::GET, "/api/v1/obligations/{id}", Readers),
    (Method::POST, "/api/v1/obligations/{id}/fulfilment", DIRECTOR),
    (Method::POST, "/api/v1/obligations/{id}/miss", DIRECTOR),
    (Method::GET, "/obligations.ics", Readers),
    (Method::GET, "/forum", Readers),
    (Method::GET, "/forum/{id}", Readers),
    (Method::GET, "/forum/sessions/new", DESK),
    (Method::POST, "/forum/sessions", DESK),
    (Method::GET, "/forum/members/new", DESK),
    (Method::POST, "/forum/members", DESK),
    (Method::GET, "/forum/mentorships/new", DESK),
    (Method::POST, "/forum/mentorships", DESK),
    (Method::POST, "/forum/{id}/completion", DESK),
    (Method::POST, "/forum/{id}/erasure-request", Says(E::ForumErasureAsked)),
    (Method::POST, "/forum/{id}/erasure", Says(E::ForumPersonErased)),
    (Method::POST, "/forum/{id}/resolution", DESK),
    (Method::GET, "/api/v1/forum", Readers),
    (Method::GET, "/api/v1/forum/{id}", Readers),
    (Method::GET, "/api/v1/forum/people", DESK),
    (Method::POST, "/api/v1/forum/sessions", DESK),
    (Method::POST, "/api/v1/forum/members", DESK),
    (Method::POST, "/api/v1/forum/mentorships", DESK),
    (Method::POST, "/api/v1/forum/{id}/completion", DESK),
    (Method::POST, "/api/v1/forum/{id}/erasure-request", Says(E::ForumErasureAsked)),
    (Method::POST, "/api/v1/forum/{id}/erasure", Says(E::ForumPersonErased)),
];

/// The rows, for the test that asks each of them.
#[must_use]
pub const fn rows() -> &'static [Row] {
    ROWS
}

/// The site's table.
#[must_use]
pub fn site(method: &Method, route: &str) -> Option<Audience> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    if let Some(pillar) = pillar_of(route) {
        let asked = *method == Method::GET || *method == Method::POST;
        return asked.then_some(Audience::Correspondent(pillar));
    }
    ROWS.iter().find(|(m, r, _)| m == method && *r == route).map(|(_, _, audience)| *audience)
}

/// The pillar whose own address a route is: `/apsc/…` or `/api/v1/apsc/…`.
fn pillar_of(route: &str) -> Option<Pillar> {
    let own = route.strip_prefix("/api/v1").unwrap_or(route).strip_prefix('/')?;
    Pillar::from_code(own.split('/').next()?)
}

/// The methods of a route that somebody may ask for, for the answer to those that nobody may.
pub(crate) fn methods_of(table: Table, route: &str) -> Vec<Method> {
    let mut methods = Vec::new();
    for method in [Method::GET, Method::HEAD, Method::POST] {
        if table(&method, route).is_some() {
            methods.push(method);
        }
    }
    methods
}

/// The roles that an audience names; empty for those that name none.
#[must_use]
pub fn roles_of(audience: Audience) -> &'static [Role] {
    match audience {
        Anyone | AllSignedIn => &[],
        Readers => &[Role::Correspondent, Role::Director, Role::Office, Role::Auditor],
        Audience::Correspondent(_) => &[Role::Correspondent],
        Roles(roles) => roles,
        Says(event_type) => permission(event_type).roles,
    }
}

/// Whether somebody, or nobody, belongs to an audience.
///
/// # Errors
/// [`Failure::SignInNeeded`] or [`Failure::Forbidden`].
pub fn judge(audience: Audience, person: Option<&SignedIn>, sample: bool) -> Result<(), Failure> {
    let open = match audience {
        Anyone => true,
        Readers => sample,
        _ => false,
    };
    let Some(person) = person.filter(|_| !open) else {
        return if open { Ok(()) } else { Err(Failure::SignInNeeded) };
    };
    let belongs = match audience {
        Audience::Correspondent(pillar) => {
            person.role == Role::Correspondent && person.pillar == Some(pillar)
        }
        AllSignedIn => true,
        named => roles_of(named).contains(&person.role),
    };
    if belongs { Ok(()) } else { Err(Failure::Forbidden { may: roles_of(audience).to_vec() }) }
}

/// The roles as the log grants them. Cheap to clone.
///
/// A service that cannot read the registry (a correspondent's own process) knows none: it goes by what
/// an account was made for, and the recorder refuses what the log does not grant.
#[derive(Clone, Debug, Default)]
pub struct Grants(Arc<RwLock<Option<HashSet<Grant>>>>);

/// One role of one account.
pub type Grant = (AccountId, Role, Option<Pillar>);

impl Grants {
    /// Takes in what the log grants now; gives the accounts that lost a role.
    pub fn replace(&self, grants: HashSet<Grant>) -> HashSet<AccountId> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.replace(grants.clone()).unwrap_or_default();
        before.difference(&grants).map(|(account, ..)| *account).collect()
    }

    /// Whether the log grants a person the role they sign in with.
    #[must_use]
    pub fn hold(&self, person: &SignedIn) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().is_none_or(|grants| grants.contains(&(person.account, person.role, person.pillar)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Audience, Grants, Table, judge, rows, site};
    use crate::answer::Failure;
    use crate::session::SignedIn;
    use axum::http::Method;
    use std::collections::HashSet;
    use tais_proto::{AccountId, Pillar, Role};

    fn person(role: Role, pillar: Option<Pillar>) -> SignedIn {
        SignedIn { account: AccountId(uuid::Uuid::nil()), name: "x".into(), role, pillar }
    }

    fn may(method: &Method, route: &str, person: Option<&SignedIn>) -> bool {
        site(method, route).is_some_and(|audience| judge(audience, person, false).is_ok())
    }

    #[test]
    fn what_stands_nowhere_is_denied_to_everybody() {
        for role in Role::ALL {
            let somebody = person(*role, (*role == Role::Correspondent).then_some(Pillar::Apsc));
            for route in ["/invented", "/activities/{id}/secret", "/api/v1/apscx"] {
                assert!(!may(&Method::GET, route, Some(&somebody)) && !may(&Method::POST, route, None));
            }
            for method in [Method::PUT, Method::DELETE, Method::PATCH] {
                for (_, route, _) in rows() {
                    assert!(!may(&method, route, Some(&somebody)), "{method} {route}");
                }
                assert!(!may(&method, "/apsc/new", Some(&somebody)));
            }
        }
    }

    #[test]
    fn a_pillars_pages_are_its_own_correspondents() {
        for route in ["/apsc", "/apsc/new", "/api/v1/apsc/activities", "/apsc/invented/later"] {
            assert!(may(&Method::POST, route, Some(&person(Role::Correspondent, Some(Pillar::Apsc)))));
            assert!(!may(&Method::POST, route, Some(&person(Role::Correspondent, Some(Pillar::Aec)))));
            assert!(!may(&Method::GET, route, Some(&person(Role::Administrator, None))));
            assert!(!may(&Method::GET, route, None));
        }
    }

    #[test]
    fn nobody_reads_a_real_record_and_everybody_the_sample() {
        let audience = Audience::Readers;
        assert_eq!(judge(audience, None, false), Err(Failure::SignInNeeded));
        assert_eq!(judge(audience, None, true), Ok(()));
        assert!(judge(audience, Some(&person(Role::Auditor, None)), false).is_ok());
        assert!(judge(audience, Some(&person(Role::Administrator, None)), false).is_err());
    }

    #[test]
    fn no_row_stands_twice() {
        let mut seen = HashSet::new();
        assert!(rows().iter().all(|(method, route, _)| seen.insert((method, route))));
        let table: Table = site;
        assert_eq!(super::methods_of(table, "/desk"), [Method::GET, Method::HEAD]);
    }

    #[test]
    fn a_role_that_the_log_took_back_is_not_held() {
        let (grants, auditor) = (Grants::default(), person(Role::Auditor, None));
        assert!(grants.hold(&auditor), "nothing is known yet");
        let granted = HashSet::from([(auditor.account, Role::Auditor, None)]);
        assert!(grants.replace(granted).is_empty());
        assert!(grants.hold(&auditor));
        assert_eq!(grants.replace(HashSet::new()), HashSet::from([auditor.account]));
        assert!(!grants.hold(&auditor));
    }
}
