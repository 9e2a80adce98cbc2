//! Who may say what: the one table that NATS permissions, pages and the recorder are made from.

use tais_proto::{EventType, Pillar, Publisher, Role};

/// A role as it was granted: a correspondent's names its pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The pillar of a correspondent.
    pub pillar: Option<Pillar>,
}

/// Who may say an event of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Over whose outbox.
    pub publishers: &'static [Publisher],
    /// In which role; empty means that no role is asked for.
    pub roles: &'static [Role],
}

const CORRESPONDENTS: &[Publisher] = &[Publisher::Apsc, Publisher::Aec, Publisher::Ascc];
const OFFICE: &[Publisher] = &[Publisher::Office];
const WORK: &[Publisher] = &[Publisher::Apsc, Publisher::Aec, Publisher::Ascc, Publisher::Office];
const LOG: &[Publisher] = &[Publisher::Log];

/// The table, by event type. Exhaustive: a new event does not compile before it has a line here.
#[must_use]
pub const fn permission(event_type: EventType) -> Permission {
    use EventType as E;
    use Role as R;
    let (publishers, roles): (&[Publisher], &[Role]) = match event_type {
        E::ActivityReported
        | E::ActivityRevised
        | E::ActivityParticipationRecorded
        | E::ActivityDocumentAttached
        | E::ActivityOutcomeRecorded
        | E::ActivitySubmitted
        | E::ActivityWithdrawn => (CORRESPONDENTS, &[R::Correspondent]),
        E::ActivityReturned | E::ActivityValidated => (OFFICE, &[R::Director]),
        E::ActivityAcknowledged => (OFFICE, &[R::Office]),
        E::CommitmentMade
        | E::CommitmentProgressed
        | E::CommitmentFulfilled
        | E::CommitmentExtended
        | E::CommitmentLapsed
        | E::IndicatorMeasured
        | E::ObligationMet => (WORK, &[R::Correspondent, R::Director]),
        E::IndicatorDefined
        | E::IndicatorBaselineSet
        | E::IndicatorTargetSet
        | E::IndicatorCorrected
        | E::ObligationScheduled
        | E::ObligationMissed
        | E::ReportPrepared => (OFFICE, &[R::Director]),
        E::ForumSessionHeld
        | E::ForumMemberJoined
        | E::ForumMentorshipStarted
        | E::ForumMentorshipCompleted
        | E::ForumErasureAsked
        | E::ForumPersonErased => (OFFICE, &[R::Director, R::Office]),
        E::ReportSealed | E::ReportPresented | E::ReportRestated => (OFFICE, &[R::Office]),
        E::RegistryItemAdopted
        | E::RegistryItemConfirmed
        | E::RegistryItemSuperseded
        | E::RegistryItemRetired
        | E::RegistryKeyRotated
        | E::RegistryKeyRevoked
        | E::RegistryRoleRevoked
        | E::SecurityIdentityTied
        | E::SecurityIdentityUntied => (OFFICE, &[R::Administrator]),
        // The log itself registers the first keys and roles, beside the genesis.
        E::RegistryKeyRegistered | E::RegistryRoleGranted => {
            (&[Publisher::Office, Publisher::Log], &[R::Administrator])
        }
        E::RegistryGenesis | E::RefusalRefused => (LOG, &[]),
        E::SecuritySignedIn | E::SecuritySignInFailed | E::SecurityDenied => (Publisher::ON_THE_BUS, &[]),
        E::SecurityExported => (&[Publisher::Office, Publisher::Audit], &[]),
        E::SecurityVerified => (&[Publisher::Audit], &[R::Auditor]),
    };
    Permission { publishers, roles }
}

/// Whether somebody with these grants may say this over this publisher's outbox.
#[must_use]
pub fn may_say<'a>(
    publisher: Publisher,
    grants: impl IntoIterator<Item = &'a Grant>,
    event_type: EventType,
) -> bool {
    let permission = permission(event_type);
    if !permission.publishers.contains(&publisher) {
        return false;
    }
    // The log signs with its own key and acts for no one.
    if permission.roles.is_empty() || publisher == Publisher::Log {
        return true;
    }
    grants.into_iter().any(|grant| {
        let own_pillar = grant.role != Role::Correspondent || grant.pillar == publisher.pillar();
        permission.roles.contains(&grant.role) && own_pillar
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix small enough to read and large enough to fail: who may say the events that matter.
    #[test]
    fn deny_by_default() {
        let correspondent = |pillar| Grant { role: Role::Correspondent, pillar: Some(pillar) };
        let director = Grant { role: Role::Director, pillar: None };
        let everyone = [
            correspondent(Pillar::Apsc),
            director,
            Grant { role: Role::Office, pillar: None },
            Grant { role: Role::Auditor, pillar: None },
            Grant { role: Role::Administrator, pillar: None },
        ];
        let own = [correspondent(Pillar::Apsc)];
        assert!(may_say(Publisher::Apsc, &own, EventType::ActivityReported));
        // Another pillar's outbox, a role too little, and no role at all.
        assert!(!may_say(Publisher::Aec, &own, EventType::ActivityReported));
        assert!(!may_say(Publisher::Apsc, &own, EventType::ActivityValidated));
        assert!(!may_say(Publisher::Apsc, &[], EventType::ActivityReported));
        assert!(may_say(Publisher::Office, &[director], EventType::ActivityValidated));
        // Not even all roles together make a correspondent's outbox validate, or the office report.
        assert!(!may_say(Publisher::Apsc, &everyone, EventType::ActivityValidated));
        assert!(!may_say(Publisher::Office, &everyone, EventType::ActivityReported));
        for event_type in [EventType::RegistryGenesis, EventType::RefusalRefused] {
            for publisher in Publisher::ON_THE_BUS {
                assert!(!may_say(*publisher, &everyone, event_type), "{publisher} {event_type:?}");
            }
        }
    }
}
