//! How long an outbox waits for what.

use std::time::Duration;

use rand::Rng as _;

/// How long an outbox waits; [`Pace::default`] is what services use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long a receipt is waited for before the event is sent again; doubles each time.
    pub receipt: Duration,
    /// The longest wait before an event is sent again.
    pub receipt_max: Duration,
    /// How often the record is asked for although nothing seems to be missing.
    pub ask: Duration,
    /// The pause after trouble while following.
    pub trouble: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            receipt: Duration::from_secs(2),
            receipt_max: Duration::from_secs(60),
            ask: Duration::from_secs(30),
            trouble: Duration::from_millis(500),
        }
    }
}

impl Pace {
    /// By how much a wait is longer or shorter, so that publishers do not march in step.
    pub(super) fn jitter() -> f64 {
        rand::thread_rng().gen_range(0.75..1.25)
    }

    /// How long to wait after so many attempts.
    pub(super) fn wait_after(&self, attempts: u32, jitter: f64) -> Duration {
        self.receipt.saturating_mul(1 << attempts.min(16)).min(self.receipt_max).mul_f64(jitter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_never_march_in_step() {
        let pace = Pace::default();
        for attempts in [0, 1, 2, 5, 6, 100, u32::MAX] {
            let exact = pace.receipt.saturating_mul(1 << attempts.min(16)).min(pace.receipt_max);
            let waits: Vec<_> = (0..50).map(|_| pace.wait_after(attempts, Pace::jitter())).collect();
            assert!(waits.iter().all(|wait| *wait >= exact.mul_f64(0.75) && *wait <= exact.mul_f64(1.25)));
            assert!(waits.windows(2).any(|pair| pair[0] != pair[1]), "no jitter");
        }
        assert!(pace.wait_after(100, Pace::jitter()) <= pace.receipt_max.mul_f64(1.25));
    }
}
