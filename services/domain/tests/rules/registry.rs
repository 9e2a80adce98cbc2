//! The rules of keys and roles.

use tais_domain::Registry;
use tais_domain::admission::admit;
use tais_proto::event::registry::*;
use tais_proto::vocabulary::Attestation;
use tais_proto::{AccountId, Event, Pillar, Position, PublicKey, Publisher, Role, SigningKey, StreamId};
use time::macros::date;
use uuid::Uuid;

use crate::Broken;
use crate::support::*;

const ADMIN: (Publisher, AccountId) = (Publisher::Office, ADMINISTRATOR);
const LOG: (Publisher, AccountId) = (Publisher::Log, ADMINISTRATOR);

/// A registry that grows apart from the one everybody shares.
#[derive(Clone)]
struct Keys(Registry);

impl Keys {
    fn row(
        &self,
        what: &'static str,
        (publisher, actor): (Publisher, AccountId),
        event: impl Into<Event>,
        (code, pointer): (&'static str, &'static str),
    ) -> Broken {
        let event = event.into();
        let envelope = envelope(publisher, actor, registry_stream(), self.0.version() + 1, event.clone());
        let refusal = admit(None, &envelope, &self.0, &REFERENCE).expect_err(what);
        Broken { what, event, refusal, code, pointer }
    }

    fn then(mut self, (publisher, actor): (Publisher, AccountId), event: impl Into<Event>) -> Self {
        let envelope = envelope(publisher, actor, registry_stream(), self.0.version() + 1, event.into());
        admit(None, &envelope, &self.0, &REFERENCE).unwrap();
        self.0.apply(Position(u64::from(self.0.version())), &envelope).unwrap();
        self
    }
}

fn key(seed: u8) -> PublicKey {
    SigningKey::from_seed(&[seed; 32]).public_key()
}

fn register(seed: u8, approved_by: Option<AccountId>) -> RegistryKeyRegistered {
    RegistryKeyRegistered {
        key_id: key(seed).key_id(),
        public_key: key(seed),
        publisher: Publisher::Apsc,
        attestation: Attestation::Server,
        approved_by,
    }
}

fn grant(
    account: AccountId,
    role: Role,
    pillar: Option<Pillar>,
    approved_by: Option<AccountId>,
) -> RegistryRoleGranted {
    RegistryRoleGranted { account, role, pillar, approved_by }
}

const SECOND: Option<AccountId> = Some(SECOND_ADMINISTRATOR);

pub fn before_genesis() -> Vec<Broken> {
    let empty = Keys(Registry::default());
    let begun = empty.clone().then(LOG, genesis());
    vec![
        empty.row("a key before there is a log", LOG, register(20, SECOND), ("not-begun", "")),
        begun.row("a second genesis", LOG, genesis(), ("already-begun", "")),
        begun.row("a genesis by the office", ADMIN, genesis(), ("not-allowed", "")),
    ]
}

pub fn rows() -> Vec<Broken> {
    let keys = Keys(REGISTRY.clone()).then(ADMIN, register(20, SECOND));
    let revoke =
        |seed, reason: &str| RegistryKeyRevoked { key_id: key(seed).key_id(), reason: reason.into() };
    let rotate = |old, new, named, approved_by| RegistryKeyRotated {
        key_id: key(old).key_id(),
        successor: key(named).key_id(),
        public_key: key(new),
        approved_by,
    };
    let revoked = keys.clone().then(ADMIN, revoke(20, "the laptop was stolen"));
    let unrole =
        RegistryRoleRevoked { account: DIRECTOR, role: Role::Director, pillar: None, reason: "".into() };
    let retire =
        RegistryItemRetired { item: "NAP2".parse().unwrap(), on: date!(2026 - 12 - 31), reason: "".into() };
    let (two, mismatch, invalid) =
        (("second-person-missing", "/approvedBy"), ("key-mismatch", "/keyId"), ("key-invalid", "/keyId"));
    let misnamed = RegistryKeyRegistered { key_id: key(22).key_id(), ..register(21, SECOND) };
    let pillar = ("pillar-of-role", "/pillar");
    vec![
        keys.row("a key by one person", ADMIN, register(21, None), two),
        keys.row("a key approved by the same person", ADMIN, register(21, Some(ADMINISTRATOR)), two),
        keys.row("a key approved by no administrator", ADMIN, register(21, Some(DIRECTOR)), two),
        keys.row("a second key by the log alone", LOG, register(21, None), two),
        keys.row("a role by one person", ADMIN, grant(NOBODY, Role::Auditor, None, None), two),
        keys.row("a second role by the log alone", LOG, grant(DIRECTOR, Role::Office, None, None), two),
        keys.row("a rotation by one person", ADMIN, rotate(20, 21, 21, None), two),
        keys.row("a key under another's name", ADMIN, misnamed, mismatch),
        keys.row("a key twice", ADMIN, register(20, SECOND), mismatch),
        revoked.row("a revoked key again", ADMIN, register(20, SECOND), mismatch),
        keys.row(
            "a successor under another's name",
            ADMIN,
            rotate(20, 21, 22, SECOND),
            ("key-mismatch", "/successor"),
        ),
        keys.row(
            "a known key as successor",
            ADMIN,
            rotate(20, 20, 20, SECOND),
            ("key-mismatch", "/successor"),
        ),
        keys.row("an unknown key revoked", ADMIN, revoke(21, "lost"), invalid),
        keys.row(
            "a second key of the log",
            ADMIN,
            RegistryKeyRegistered { publisher: Publisher::Log, ..register(21, SECOND) },
            ("log-key-only-rotates", "/publisher"),
        ),
        keys.row("the log's key revoked", ADMIN, log_key_revoked(), ("log-key-only-rotates", "/keyId")),
        revoked.row("revoked twice", ADMIN, revoke(20, "lost"), invalid),
        revoked.row("a revoked key rotated", ADMIN, rotate(20, 21, 21, SECOND), invalid),
        keys.row("revoked without a reason", ADMIN, revoke(20, " "), ("reason-missing", "/reason")),
        keys.row("a role taken without a reason", ADMIN, unrole, ("reason-missing", "/reason")),
        keys.row("an item retired without a reason", ADMIN, retire, ("reason-missing", "/reason")),
        keys.row(
            "a correspondent of nothing",
            ADMIN,
            grant(NOBODY, Role::Correspondent, None, SECOND),
            pillar,
        ),
        keys.row(
            "a director of a pillar",
            ADMIN,
            grant(NOBODY, Role::Director, Some(Pillar::Aec), SECOND),
            pillar,
        ),
        keys.row(
            "a correspondent at the keys",
            (Publisher::Apsc, EVERYBODY),
            register(21, SECOND),
            ("not-allowed", ""),
        ),
        another_registry(),
    ]
}

fn log_key_revoked() -> RegistryKeyRevoked {
    let log_key = REGISTRY.log_key(u64::MAX).expect("a log has a key").public_key;
    RegistryKeyRevoked { key_id: log_key.key_id(), reason: "it was copied".into() }
}

/// There is one registry; a second stream that claims to be one knows nobody's keys.
fn another_registry() -> Broken {
    let event: Event = register(21, SECOND).into();
    let envelope = envelope(ADMIN.0, ADMIN.1, StreamId(Uuid::from_u128(66)), 1, event.clone());
    let refusal = admit(None, &envelope, &REGISTRY, &REFERENCE).expect_err("another registry");
    Broken { what: "another registry", event, refusal, code: "not-begun", pointer: "" }
}

#[test]
fn keys_are_valid_from_their_registration_to_their_end_by_position() {
    let keys = Keys(REGISTRY.clone()).then(ADMIN, register(20, SECOND));
    let (old, new) = (key(20).key_id(), key(21).key_id());
    let from = keys.0.valid_key(&old).unwrap().from;
    let rotated = keys.then(
        ADMIN,
        RegistryKeyRotated {
            key_id: old.clone(),
            successor: new.clone(),
            public_key: key(21),
            approved_by: SECOND,
        },
    );
    assert!(rotated.0.valid_key(&old).is_none());
    let record =
        |id| rotated.0.keys().find(|(key_id, _)| *key_id == id).map(|(_, record)| record.clone()).unwrap();
    assert_eq!((record(&old).from, record(&old).until), (from, Some(from.next())));
    assert_eq!((record(&new).from, record(&new).until), (from.next(), None));
    assert_eq!(record(&new).publisher, Publisher::Apsc, "a successor signs for the same publisher");
    assert!(rotated.0.valid_key(&new).is_some());
}

#[test]
fn a_checkpoint_is_signed_by_the_key_that_the_log_has_after_its_entries() {
    let keys = Keys(REGISTRY.clone());
    let old = keys.0.log_key(u64::MAX).unwrap().clone();
    let rotation = RegistryKeyRotated {
        key_id: old.public_key.key_id(),
        successor: key(21).key_id(),
        public_key: key(21),
        approved_by: SECOND,
    };
    let rotated = keys.then(ADMIN, rotation);
    let at = rotated.0.log_keys()[1].from.0;
    let signs = |size| rotated.0.log_key(size).map(|key| key.public_key);
    assert_eq!(signs(0), None, "there is no log before its first entry");
    assert_eq!(signs(1), Some(old.public_key));
    assert_eq!(signs(at), Some(old.public_key), "the rotation is not among these entries");
    assert_eq!(signs(at + 1), Some(key(21)));
    assert_eq!(signs(u64::MAX), Some(key(21)));
}
