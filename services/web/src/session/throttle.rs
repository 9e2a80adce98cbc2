//! How long a name must wait after failed sign-ins. Pure: the clock is a parameter.
//!
//! The wait grows and is capped, and a day of quiet forgets: a stranger who guesses gets nowhere, and
//! cannot lock anybody out for longer than the cap.

use std::time::Duration;

use tais_proto::Timestamp;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 4;
/// The first wait; it doubles with each failure more.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait.
pub const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// After so long without a failure they are forgotten.
const FORGET: Duration = Duration::from_secs(24 * 60 * 60);

/// The failures of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many since the last success.
    pub count: u32,
    /// When the last one was.
    pub last: Timestamp,
}

/// The time between two instants; none when the clock went back.
fn since(earlier: Timestamp, now: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(now.unix_micros() - earlier.unix_micros()).unwrap_or(0))
}

/// How long the name must still wait.
#[must_use]
pub fn wait(failures: Option<Failures>, now: Timestamp) -> Option<Duration> {
    let failures = failures?;
    let over = failures.count.checked_sub(FREE).filter(|over| *over > 0)?;
    let wait = FIRST_WAIT.saturating_mul(1_u32.checked_shl(over - 1).unwrap_or(u32::MAX)).min(WAIT_MAX);
    wait.checked_sub(since(failures.last, now)).filter(|left| !left.is_zero())
}

/// The failures after one more.
#[must_use]
pub fn one_more(failures: Option<Failures>, now: Timestamp) -> Failures {
    let before = failures.filter(|failures| since(failures.last, now) < FORGET);
    Failures { count: before.map_or(0, |failures| failures.count).saturating_add(1), last: now }
}

#[cfg(test)]
mod tests {
    use super::{FORGET, Failures, WAIT_MAX, one_more, wait};
    use std::time::Duration;
    use tais_proto::Timestamp;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_micros(i64::try_from(seconds).unwrap_or(0) * 1_000_000)
    }

    fn failed(times: u32, last: u64) -> Option<Failures> {
        (0..times).fold(None, |failures, _| Some(one_more(failures, at(last))))
    }

    #[test]
    fn mistyping_costs_nothing_and_guessing_ever_more() {
        assert_eq!(wait(None, at(0)), None);
        assert_eq!(wait(failed(4, 100), at(100)), None);
        assert_eq!(wait(failed(5, 100), at(100)), Some(Duration::from_secs(2)));
        assert_eq!(wait(failed(6, 100), at(101)), Some(Duration::from_secs(3)));
        assert_eq!(wait(failed(6, 100), at(104)), None);
    }

    #[test]
    fn nobody_is_locked_out_for_longer_than_the_cap() {
        for times in [14, 40, 400] {
            assert_eq!(wait(failed(times, 100), at(100)), Some(WAIT_MAX), "{times}");
        }
        assert_eq!(wait(failed(400, 100), at(100 + WAIT_MAX.as_secs())), None);
    }

    #[test]
    fn a_quiet_day_forgets_and_a_clock_that_goes_back_does_not_shorten_the_wait() {
        assert_eq!(one_more(failed(50, 100), at(100 + FORGET.as_secs())).count, 1);
        assert_eq!(wait(failed(5, 100), at(50)), Some(Duration::from_secs(2)));
    }
}
