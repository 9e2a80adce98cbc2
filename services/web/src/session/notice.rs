//! What the security log must hear of: handed over without waiting, so that a sign-in never hangs on it.

use tais_proto::AccountId;
use tokio::sync::mpsc;

/// More than anybody causes within the moment it takes to take them over.
const WAITING_MAX: usize = 4_096;
/// Longer actions are cut: an address can be as long as its sender likes.
const ACTION_MAX: usize = 120;

/// Something for the security log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// Somebody signed in.
    SignedIn(AccountId),
    /// A sign-in failed: under the name of an account, or of nobody.
    SignInFailed(Option<AccountId>),
    /// An administrator said who somebody at the identity provider is.
    IdentityTied(Tie),
    /// An administrator took that back.
    IdentityUntied(Tie),
    /// Something was denied.
    Denied {
        /// Who asked, if anybody was signed in.
        account: Option<AccountId>,
        /// The method and the address.
        action: String,
    },
}

/// Which account, at which provider, by whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tie {
    /// The administrator.
    pub by: AccountId,
    /// The account.
    pub account: AccountId,
    /// The provider's address, as it names itself.
    pub issuer: String,
}

/// Where notices go. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notices(mpsc::Sender<Notice>);

impl Notices {
    /// A way for notices, and its end, for whoever writes them into the log.
    #[must_use]
    pub fn channel() -> (Self, mpsc::Receiver<Notice>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        (Self(sender), receiver)
    }

    /// Hands one over. Also written to the journal, which is all there is when nobody takes it.
    pub fn tell(&self, notice: Notice) {
        tracing::info!(?notice, "for the security log");
        if let Err(error) = self.0.try_send(notice) {
            tracing::error!(%error, "the security log did not take a notice");
        }
    }

    /// Says that something was denied.
    pub(crate) fn denied(&self, account: Option<AccountId>, method: &str, path: &str) {
        let path = path.split('?').next().unwrap_or_default();
        let action = format!("{method} {path}").chars().take(ACTION_MAX).collect();
        self.tell(Notice::Denied { account, action });
    }
}
