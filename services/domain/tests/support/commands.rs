//! Random commands: mostly sensible, now and then not, so that histories grow long and every rule
//! is met on the way.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tais_domain::activity::Command;
use tais_domain::{Activity, commitment};
use tais_proto::event::activity::*;
use tais_proto::event::commitment::*;
use tais_proto::vocabulary::{
    ActivityKind, AgeBand, GenderScore, Occurrence, ParticipantRole, Qualifier, Sex,
};
use tais_proto::{Cents, Pillar, Quantity, Texts};

use super::text;

/// A command that may name the revision that stands, or another.
#[derive(Clone, Debug)]
pub enum Wish {
    Report(ActivityDetails),
    Revise(ActivityDetails, Option<String>),
    Count(ActivityParticipationRecorded),
    Attach(u8),
    Conclude(Texts),
    Submit,
    Return { stale: bool, reason: String },
    Validate { stale: bool },
    Acknowledge { stale: bool },
    Withdraw(String),
}

impl Wish {
    /// The command, for somebody who looks at this state.
    pub fn command(&self, state: Option<&Activity>) -> Command {
        let read = |stale: bool| state.map_or(1, |activity| activity.revision) + u32::from(stale);
        match self.clone() {
            Self::Report(details) => Command::Report(details),
            Self::Revise(details, reason) => Command::Revise(details, reason),
            Self::Count(participation) => Command::RecordParticipation(participation),
            Self::Attach(n) => Command::AttachDocument(document(n)),
            Self::Conclude(outcome) => Command::RecordOutcome(outcome),
            Self::Submit => Command::Submit(None),
            Self::Return { stale, reason } => Command::Return(read(stale), reason),
            Self::Validate { stale } => Command::Validate(read(stale), None),
            Self::Acknowledge { stale } => Command::Acknowledge(read(stale)),
            Self::Withdraw(reason) => Command::Withdraw(reason),
        }
    }
}

/// Something one of four people wants.
pub fn wish() -> impl Strategy<Value = Wish> {
    let stale = || prop::bool::weighted(0.1);
    prop_oneof![
        1 => details().prop_map(Wish::Report),
        3 => (details(), option::weighted(0.7, reason())).prop_map(|(details, reason)| Wish::Revise(details, reason)),
        3 => participation().prop_map(Wish::Count),
        1 => (0_u8..4).prop_map(Wish::Attach),
        1 => select(vec![text("a plan"), text("a second plan"), text(" ")]).prop_map(Wish::Conclude),
        6 => Just(Wish::Submit),
        2 => (stale(), reason()).prop_map(|(stale, reason)| Wish::Return { stale, reason }),
        6 => stale().prop_map(|stale| Wish::Validate { stale }),
        3 => stale().prop_map(|stale| Wish::Acknowledge { stale }),
        1 => reason().prop_map(Wish::Withdraw),
    ]
}

/// What several people want, one after the other, of one activity. It is usually reported first.
pub fn wishes() -> impl Strategy<Value = Vec<(usize, Wish)>> {
    let report = option::weighted(0.95, sound_details().prop_map(Wish::Report));
    (report, 0..4_usize, vec((0..4_usize, wish()), 0..24)).prop_map(|(report, author, mut rest)| {
        rest.splice(0..0, report.map(|report| (author, report)));
        rest
    })
}

fn reason() -> impl Strategy<Value = String> {
    prop_oneof![9 => Just("the day was wrong".to_owned()), 1 => Just("  ".to_owned())]
}

fn document(n: u8) -> Document {
    let sha256 = if n == 0 { "not a hash".to_owned() } else { format!("{n:064x}") };
    Document {
        name: format!("{n}.pdf"),
        sha256,
        media_type: "application/pdf".into(),
        location: None,
        language: None,
    }
}

fn details() -> impl Strategy<Value = ActivityDetails> {
    (sound_details(), option::weighted(0.1, 0..5_u8)).prop_map(|(mut details, flaw)| {
        match flaw {
            Some(0) => details.title = text(""),
            Some(1) => details.framework_items.push("NAP9".parse().unwrap()),
            Some(2) => details.ends = "2000-01".parse().ok(),
            Some(3) => details.pillar = Pillar::Ascc,
            Some(_) => details.member_state = "ZZ".parse().ok(),
            None => {}
        }
        details
    })
}

fn sound_details() -> impl Strategy<Value = ActivityDetails> {
    let items = vec!["WPS-PART", "NAP1-P1", "NAP2-P1", "NAP2-P4.1", "UNSCR-1325", "SDG-5.4", "RPA-PREV"];
    let bodies = vec!["ARF", "ADMM", "AMMTC"];
    let days = vec!["2019-05-01", "2024-01", "2026-09-30", "2026-10-01"];
    (
        select(vec!["A training", "A meeting", "Formasaun"]),
        select(ActivityKind::ALL.to_vec()),
        option::of(select(days)),
        option::weighted(0.4, select(Occurrence::ALL.to_vec())),
        subsequence(items, 0..4),
        subsequence(bodies, 0..3),
        option::of(select(GenderScore::ALL.to_vec())),
        option::of(0..=100_u64),
    )
        .prop_map(|(title, kind, starts, occurrence, items, bodies, score, tagged)| ActivityDetails {
            kind,
            title: text(title),
            starts: starts.map(|day| day.parse().unwrap()),
            occurrence,
            framework_items: items.into_iter().map(|code| code.parse().unwrap()).collect(),
            sectoral_bodies: bodies.into_iter().map(|code| BodyRef::Code(code.parse().unwrap())).collect(),
            gender_marker: score.map(|score| GenderMarker { score, reason: "as planned".into() }),
            budget: tagged.map(|tagged| Budget {
                planned: Some(Cents(100)),
                spent: None,
                gender_tagged: Some(Cents(tagged)),
            }),
            ..super::details()
        })
}

fn quantity() -> impl Strategy<Value = Quantity> {
    let qualifier =
        prop_oneof![8 => Just(Qualifier::Exact), 1 => Just(Qualifier::About), 1 => Just(Qualifier::AtLeast)];
    let number = prop_oneof![9 => 0..60_u32, 1 => Just(u32::MAX)];
    (qualifier, number).prop_map(|(qualifier, number)| Quantity { qualifier, number })
}

fn participation() -> impl Strategy<Value = ActivityParticipationRecorded> {
    let cell = (
        select(ParticipantRole::ALL.to_vec()),
        select(Sex::ALL.to_vec()),
        select(AgeBand::ALL.to_vec()),
        quantity(),
    )
        .prop_map(|(role, sex, age, count)| ParticipationCount { role, sex, age, count });
    (vec(cell, 0..6), option::weighted(0.2, quantity()), option::of(reason())).prop_map(
        |(counts, total, reason)| ActivityParticipationRecorded {
            counts,
            total,
            as_stated: Vec::new(),
            reason,
        },
    )
}

/// What somebody wants of a commitment.
pub fn commitment_command() -> impl Strategy<Value = commitment::Command> {
    use commitment::Command;
    let day = || {
        (0..2_000_i32)
            .prop_map(|days| time::macros::date!(2025 - 01 - 01) + time::Duration::days(days.into()))
    };
    let words = || prop_oneof![9 => Just(text("as agreed")), 1 => Just(text(" "))];
    prop_oneof![
        2 => (day(), words()).prop_map(|(due, text)| Command::Make(CommitmentMade { due, text, ..super::commitment() })),
        4 => words().prop_map(Command::Progress),
        1 => (day(), words()).prop_map(|(on, evidence)| Command::Fulfil(CommitmentFulfilled { on, evidence })),
        5 => (day(), reason()).prop_map(|(due, reason)| Command::Extend(CommitmentExtended { due, reason })),
        1 => reason().prop_map(Command::Lapse),
    ]
}
