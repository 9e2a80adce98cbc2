//! Strategies: envelopes and activity events with any of their optional fields.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use tais_proto::envelope::{Source, StreamRef};
use tais_proto::event::activity::*;
use tais_proto::reference::ItemCode;
use tais_proto::vocabulary::*;
use tais_proto::{
    AccountId, Cents, Date, Envelope, Event, EventId, Lang, PartialDate, Quantity, SigningKey, StreamId,
    Texts, Timestamp,
};
use uuid::{Builder, Uuid};

/// Written text: never blank, with what is awkward in JSON.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 ãéí\"\\\\{}\\[\\]\n\u{2028}]{0,30}x", "\\PC{0,20}x"]
}

fn texts() -> impl Strategy<Value = Texts> {
    let lang = select(&[Lang::EN, Lang::PT, Lang::TET][..]);
    proptest::collection::btree_map(lang, text(), 1..=3).prop_map(|texts| texts.into_iter().collect())
}

fn uuid() -> impl Strategy<Value = Uuid> {
    (0_u64..1 << 48, any::<[u8; 10]>())
        .prop_map(|(millis, random)| Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

fn date() -> impl Strategy<Value = PartialDate> {
    let day = (1900_i32..2200, 1_u16..=365).prop_map(|(y, d)| Date::from_ordinal_date(y, d).unwrap());
    (day, any::<bool>()).prop_map(|(day, whole)| match whole {
        true => PartialDate::Day(day),
        false => PartialDate::Month(day.year(), day.month()),
    })
}

fn quantity() -> impl Strategy<Value = Quantity> {
    (select(Qualifier::ALL), any::<u32>()).prop_map(|(qualifier, number)| Quantity { qualifier, number })
}

fn organisation() -> impl Strategy<Value = OrganisationRef> {
    prop_oneof![
        "[A-Z]{2,8}".prop_map(|code| OrganisationRef::Code(code.parse().unwrap())),
        text().prop_map(OrganisationRef::Name),
    ]
}

fn body() -> impl Strategy<Value = BodyRef> {
    prop_oneof![
        "[A-Z]{2,8}( [A-Z]{2,4})?".prop_map(|code| BodyRef::Code(code.parse().unwrap())),
        text().prop_map(BodyRef::Name),
    ]
}

fn venue() -> impl Strategy<Value = Venue> {
    let municipality = of(select(&["TL-DI", "TL-BA", "X-ATAURO"][..]));
    (of(text()), municipality, of(text()), of(text())).prop_map(|(place, municipality, city, country)| {
        Venue { place, municipality: municipality.map(|code| code.parse().unwrap()), city, country }
    })
}

fn budget() -> impl Strategy<Value = Budget> {
    let cents = || of(any::<u64>().prop_map(Cents));
    (cents(), cents(), cents()).prop_map(|(planned, spent, gender_tagged)| Budget {
        planned,
        spent,
        gender_tagged,
    })
}

fn alternate() -> impl Strategy<Value = Alternate> {
    (text(), prop_oneof![Just(String::new()), text()], of(text()), of(text()))
        .prop_map(|(field, value, source, note)| Alternate { field, value, source, note })
}

fn item() -> impl Strategy<Value = ItemCode> {
    "[A-Z]{2,6}-[A-Z0-9.]{1,6}[0-9]".prop_map(|code| code.parse().unwrap())
}

/// A description with any of its optional fields.
pub fn details() -> impl Strategy<Value = ActivityDetails> {
    // Boxed: the trees behind these values are large, and the stack of a test is not.
    let what = (select(Pillar::ALL), select(ActivityKind::ALL), texts(), of(texts()), of(text())).boxed();
    let when =
        (of(date()), of(date()), of(select(Occurrence::ALL)), of(select(Mode::ALL)), of(venue())).boxed();
    let state = || select(&["TL", "ID", "PH", "VN"][..]).prop_map(|code| code.parse().unwrap());
    let who =
        (of(state()), vec(body(), 0..3), of(organisation()), vec(organisation(), 0..3), vec(state(), 0..3));
    let marker =
        (select(GenderScore::ALL), text()).prop_map(|(score, reason)| GenderMarker { score, reason });
    let tags =
        (vec(item(), 0..4), vec(text(), 0..2), of(marker), of(budget()), of(select(Confidence::ALL))).boxed();
    let origin = (vec(text(), 0..3), vec(alternate(), 0..3), of("A[0-9]{3}")).boxed();
    (what, when, who, tags, origin).prop_map(|(what, when, who, tags, origin)| ActivityDetails {
        pillar: what.0,
        kind: what.1,
        title: what.2,
        summary: what.3.unwrap_or_default(),
        kind_as_stated: what.4,
        time_zone: when.0.map(|_| "Asia/Dili".to_owned()),
        starts: when.0,
        ends: when.1,
        occurrence: when.2,
        mode: when.3,
        venue: when.4,
        member_state: who.0,
        sectoral_bodies: who.1,
        lead: who.2,
        partners: who.3,
        counterparts: who.4,
        framework_items: tags.0,
        frameworks_as_stated: tags.1,
        gender_marker: tags.2,
        budget: tags.3,
        confidence: tags.4,
        sources: origin.0,
        alternates: origin.1,
        external_ref: origin.2,
    })
}

fn participation() -> impl Strategy<Value = ActivityParticipationRecorded> {
    let cell = (select(ParticipantRole::ALL), select(Sex::ALL), select(AgeBand::ALL), quantity())
        .prop_map(|(role, sex, age, count)| ParticipationCount { role, sex, age, count });
    let stated = (text(), text(), of(text())).prop_map(|(measure, text, source)| StatedFigure {
        measure,
        text,
        source,
    });
    (vec(cell, 0..6), of(quantity()), vec(stated, 0..3), of(text())).prop_map(
        |(counts, total, as_stated, reason)| ActivityParticipationRecorded {
            counts,
            total,
            as_stated,
            reason,
        },
    )
}

/// The events that carry an activity's content, and some of the decisions upon it.
pub fn activity_event() -> impl Strategy<Value = Event> {
    let corrects = of(uuid().prop_map(EventId));
    prop_oneof![
        details().prop_map(|details| ActivityReported { details }.into()).boxed(),
        (details(), of(text()), corrects).prop_map(|(details, reason, corrects)| ActivityRevised {
            details,
            reason,
            corrects
        }
        .into()),
        participation().prop_map(Event::from).boxed(),
        texts().prop_map(|outcome| ActivityOutcomeRecorded { outcome }.into()),
        (any::<u32>(), of(text())).prop_map(|(revision, note)| ActivitySubmitted { revision, note }.into()),
        (any::<u32>(), text()).prop_map(|(revision, reason)| ActivityReturned { revision, reason }.into()),
        text().prop_map(|reason| ActivityWithdrawn { reason }.into()),
    ]
}

/// An envelope that fits its event.
pub fn envelope(event: impl Strategy<Value = Event>) -> impl Strategy<Value = Envelope> {
    let count = 1..=i32::MAX.cast_unsigned();
    let who = (select(Publisher::ALL), any::<[u8; 32]>(), uuid(), uuid());
    let micros = Timestamp::MIN.unix_micros()..=Timestamp::MAX.unix_micros();
    (event, who, (uuid(), uuid(), of(uuid())), micros, count.clone(), count).prop_map(
        |(event, (publisher, seed, actor, stream), (id, correlation, causation), micros, version, seq)| {
            Envelope {
                id: EventId(id),
                source: Source { state: "TL".parse().unwrap(), publisher },
                stream: StreamRef { kind: event.event_type().stream_kind(), id: StreamId(stream) },
                stream_version: version,
                time: Timestamp::from_unix_micros(micros),
                correlation,
                causation: causation.map(EventId),
                actor: AccountId(actor),
                key_id: SigningKey::from_seed(&seed).key_id(),
                key_seq: seq,
                event,
            }
        },
    )
}
