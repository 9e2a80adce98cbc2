//! Keys and passwords: one file each, made at the first start, readable by their owner only.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rand::RngCore as _;
use tais_bus::Credentials;
use tais_log::RolePasswords;
use tais_proto::{KeyId, PublicKey, Publisher, SigningKey};

use crate::embedded::files::{private_dir, write_private};

/// The log's first key, and what the names of those that follow it begin with.
const FIRST_LOG_KEY: &str = "log.seed";
const SUCCESSOR: &str = "log-";

/// The secrets of one data directory.
#[derive(Clone, Debug)]
pub struct Secrets {
    dir: PathBuf,
}

impl Secrets {
    /// The secrets under a data directory.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        let dir = data.join("keys");
        private_dir(&dir)?;
        Ok(Self { dir })
    }

    /// A file's hexadecimal secret of 32 bytes; drawn where there is none.
    fn secret(&self, name: &str) -> anyhow::Result<[u8; 32]> {
        let path = self.dir.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let bytes = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
                bytes.with_context(|| {
                    format!("{} does not hold a key: restore it from a backup", path.display())
                })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut bytes = [0; 32];
                rand::rngs::OsRng.fill_bytes(&mut bytes);
                write_private(&path, hex::encode(bytes).as_bytes())?;
                Ok(bytes)
            }
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    /// The key that a new log begins with. Losing the log's key ends its authority; keep a copy offline.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn log_key(&self) -> anyhow::Result<SigningKey> {
        Ok(SigningKey::from_seed(&self.secret(FIRST_LOG_KEY)?))
    }

    /// The log's keys that lie here, the first one first; nothing is made.
    ///
    /// # Errors
    /// When a file does not hold a key.
    pub fn log_keys(&self) -> anyhow::Result<Vec<SigningKey>> {
        let key = |name: String| Ok(SigningKey::from_seed(&self.secret(&name)?));
        self.log_key_files()?.into_iter().map(key).collect()
    }

    fn log_key_files(&self) -> anyhow::Result<Vec<String>> {
        let mut successors = Vec::new();
        for file in std::fs::read_dir(&self.dir).with_context(|| format!("reading {}", self.dir.display()))? {
            let name = file?.file_name().to_string_lossy().into_owned();
            successors.extend(name.strip_prefix(SUCCESSOR).is_some().then_some(name));
        }
        // `log-2.seed` before `log-10.seed`.
        successors.sort_unstable_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
        let first = self.dir.join(FIRST_LOG_KEY).exists().then(|| FIRST_LOG_KEY.to_owned());
        Ok(first.into_iter().chain(successors).collect())
    }

    /// Makes the log's next key, in a file of its own; gives the key and the file.
    ///
    /// # Errors
    /// When there is no first one, or the file cannot be made.
    pub fn make_next_log_key(&self) -> anyhow::Result<(SigningKey, PathBuf)> {
        let last =
            self.log_key_files()?.pop().context("the log has no key here that another could follow")?;
        let number = last.strip_prefix(SUCCESSOR).and_then(|rest| rest.strip_suffix(".seed")?.parse().ok());
        let name = format!("{SUCCESSOR}{}.seed", number.unwrap_or(1_u32) + 1);
        Ok((SigningKey::from_seed(&self.secret(&name)?), self.dir.join(name)))
    }

    /// The log's key of this name, if it lies here.
    #[must_use]
    pub fn log_key_named(&self, id: &KeyId) -> Option<SigningKey> {
        match self.log_keys() {
            Ok(keys) => keys.into_iter().find(|key| key.key_id() == *id),
            Err(error) => {
                tracing::error!("the log's keys cannot be read: {error:#}");
                None
            }
        }
    }

    /// The public halves of the log's keys that lie here, the first one first; nothing is made.
    ///
    /// # Errors
    /// When a file does not hold a key.
    pub fn public_log_keys(&self) -> anyhow::Result<Vec<PublicKey>> {
        Ok(self.log_keys()?.iter().map(SigningKey::public_key).collect())
    }

    /// A witness's key.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn witness_key(&self) -> anyhow::Result<SigningKey> {
        Ok(SigningKey::from_seed(&self.secret("witness.seed")?))
    }

    /// A publisher's key.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn publisher_key(&self, publisher: Publisher) -> anyhow::Result<SigningKey> {
        Ok(SigningKey::from_seed(&self.secret(&format!("{publisher}.seed"))?))
    }

    /// The passwords of the database's roles.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn role_passwords(&self) -> anyhow::Result<RolePasswords> {
        let password = |role: &str| self.secret(&format!("database-{role}.secret")).map(hex::encode);
        Ok(RolePasswords {
            recorder: password("recorder")?,
            projector: password("projector")?,
            office: password("office")?,
            audit: password("audit")?,
        })
    }

    /// The key that the keys of the vault's people are sealed with. Without it nobody there has a name.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn vault_key(&self) -> anyhow::Result<[u8; 32]> {
        self.secret("vault.secret")
    }

    /// The seeds of the bus's users.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn bus(&self) -> anyhow::Result<Credentials> {
        Ok(Credentials::load_or_create(&self.dir.join("bus"))?)
    }
}
