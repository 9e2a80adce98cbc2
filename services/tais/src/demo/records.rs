//! The sample's commitments, indicators and obligations: the indicators with the baselines that their
//! sources give, the rest invented and plain, said by the Directorate.

use anyhow::Context as _;
use tais_bus::{NewEvents, Outbox};
use tais_log::system_clock;
use tais_proto::event::commitment::*;
use tais_proto::event::indicator::*;
use tais_proto::event::obligation::*;
use tais_proto::reference::{Baseline, Reference};
use tais_proto::vocabulary::Direction;
use tais_proto::{AccountId, Event, EventId, Lang, Pillar, Quarter, StreamId, StreamKind, StreamRef, Texts};
use time::{Date, Duration};

use super::sample::submission;

/// The target that the second NAP 1325 sets for women in decision-making, and the baseline it is for.
const NAP2_TARGET: (&str, &str) = ("TG-NAP2-30", "BL-GOV");
/// The second NAP 1325 ends with this year.
const NAP2_ENDS: i32 = 2028;

/// Says all of them. Saying it again changes nothing.
///
/// # Errors
/// When the reference data lacks what they are made from, or the disk does not take them.
pub async fn say(
    office: &Outbox,
    director: AccountId,
    reference: &Reference,
    today: Date,
) -> anyhow::Result<()> {
    let mut all: Vec<(StreamKind, String, Vec<Event>)> = Vec::new();
    for baseline in reference.baselines() {
        if let Some(events) = indicator(baseline, reference)? {
            all.push((StreamKind::Indicator, baseline.code.to_string(), events));
        }
    }
    let named = |(name, events): (&str, Vec<Event>)| (StreamKind::Commitment, name.to_owned(), events);
    all.extend(commitments(today).into_iter().map(named));
    all.extend(obligations(today).into_iter().map(|(name, it)| (StreamKind::Obligation, name, it)));
    for (kind, name, events) in all {
        let id = submission(&name, today);
        let first = std::iter::once(id);
        let others = (1..).map(|n: u32| submission(&format!("{name} {n}"), today));
        let new = NewEvents {
            stream: StreamRef { kind, id: StreamId(id.0) },
            base_version: 0,
            actor: director,
            correlation: id.0,
            causation: None,
            time: system_clock()(),
            asked: None,
            events: first.chain(others).zip(events).collect::<Vec<(EventId, Event)>>(),
        };
        office.save(&new).await.with_context(|| format!("the sample's {name}"))?;
    }
    Ok(())
}

/// An indicator with the baseline that its source gives; none for what is a target only.
fn indicator(baseline: &Baseline, reference: &Reference) -> anyhow::Result<Option<Vec<Event>>> {
    let value = match (baseline.numerator, baseline.denominator, baseline.value_pct) {
        (Some(numerator), Some(denominator), _) => IndicatorValue::Ratio(Ratio { numerator, denominator }),
        (_, _, Some(percent)) => IndicatorValue::Decimal(percent.to_string()),
        _ => return Ok(None),
    };
    let as_of = baseline.as_of.clone().context("a baseline without a day")?;
    let defined = IndicatorDefined {
        code: baseline.code.to_string(),
        title: baseline.title.clone(),
        unit: "%".to_owned(),
        direction: Direction::Rising,
        framework_item: None,
        pillar: None,
    };
    let mut events =
        vec![defined.into(), IndicatorBaselineSet { value, as_of, source: baseline.source.clone() }.into()];
    let (target, of) = NAP2_TARGET;
    if baseline.code.as_str() == of
        && let Some(target) = reference.baselines().iter().find(|known| known.code.as_str() == target)
        && let Some(percent) = target.target_pct
    {
        let by = Date::from_calendar_date(NAP2_ENDS, time::Month::December, 31)?;
        let value = IndicatorValue::Decimal(percent.to_string());
        events.push(IndicatorTargetSet { value, by, source: target.source.clone() }.into());
    }
    Ok(Some(events))
}

pub(super) fn text(words: &str) -> Texts {
    Texts::one(Lang::EN, words)
}

fn made(pillar: Pillar, words: &str, origin: &str, due: Date) -> Event {
    let origin = Some(origin.to_owned());
    CommitmentMade { pillar, text: text(words), origin, owner: None, due, framework_items: Vec::new() }.into()
}

fn commitments(today: Date) -> Vec<(&'static str, Vec<Event>)> {
    let day = |days: i64| today.saturating_add(Duration::days(days));
    vec![
        (
            "roster",
            vec![
                made(
                    Pillar::Apsc,
                    "Publish the roster of women mediators",
                    "Working meeting of the pillar",
                    day(-20),
                ),
                CommitmentProgressed { note: text("Forty names were collected") }.into(),
                CommitmentExtended { due: day(60), reason: "Two districts answer late".into() }.into(),
            ],
        ),
        (
            "credit",
            vec![made(
                Pillar::Aec,
                "Report credit to women’s cooperatives by district",
                "Round table of the pillar",
                day(-9),
            )],
        ),
        (
            "schools",
            vec![
                made(
                    Pillar::Ascc,
                    "Train school counsellors on referral in all municipalities",
                    "Workshop of the pillar",
                    day(120),
                ),
                CommitmentProgressed { note: text("Five municipalities were reached") }.into(),
            ],
        ),
        (
            "figures",
            vec![
                made(
                    Pillar::Ascc,
                    "Give attendances by sex for every training",
                    "Meeting of the correspondents",
                    day(-60),
                ),
                CommitmentFulfilled { on: day(-70), evidence: text("All trainings since have them") }.into(),
            ],
        ),
    ]
}

fn obligations(today: Date) -> Vec<(String, Vec<Event>)> {
    let scheduled = |title: &str, recipient: &str, due: Date| ObligationScheduled {
        title: text(title),
        framework_item: None,
        pillar: None,
        recipient: recipient.to_owned(),
        due,
    };
    let quarter = Quarter::of(today);
    let last = quarter.previous().last_day().saturating_add(Duration::days(15));
    let next = quarter.last_day().saturating_add(Duration::days(15));
    let title = "Quarterly report of the three pillars";
    let met = ObligationMet { on: last.min(today), reference: "Sample 1".to_owned() };
    vec![
        (
            "quarter before".to_owned(),
            vec![scheduled(title, "Council of Ministers", last).into(), met.into()],
        ),
        ("this quarter".to_owned(), vec![scheduled(title, "Council of Ministers", next).into()]),
        (
            "nap".to_owned(),
            vec![
                scheduled(
                    "Yearly contribution on the second NAP 1325",
                    "Secretariat of the NAP 1325",
                    quarter.last_day().saturating_add(Duration::days(31)),
                )
                .into(),
            ],
        ),
    ]
}
