//! Who connects: one NATS key pair a user. The server knows the public keys; the seeds are files
//! that only their service can read.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nkeys::KeyPair;
use tais_proto::Publisher;

/// A user of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum User {
    /// A publisher.
    Publisher(Publisher),
    /// The recorder.
    Recorder,
    /// Who makes streams; no service is it.
    Operator,
}

impl User {
    /// Every user.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let publishers = Publisher::ON_THE_BUS.iter().map(|publisher| Self::Publisher(*publisher));
        publishers.chain([Self::Recorder, Self::Operator]).collect()
    }

    /// Its name: that of its seed file and its inbox.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publisher(publisher) => publisher.code(),
            Self::Recorder => "recorder",
            Self::Operator => "operator",
        }
    }
}

/// Why credentials are not there.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// A file.
    #[error("the key file {path} cannot be used: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A seed.
    #[error("the key of {user} cannot be read: {problem}; remove its file to have a new one made")]
    Seed {
        /// Whose.
        user: &'static str,
        /// Why.
        problem: String,
    },
}

/// The seeds of all users.
#[derive(Clone)]
pub struct Credentials(BTreeMap<User, String>);

impl Credentials {
    /// Reads the seed files of a directory, making those that are missing (mode 0600).
    ///
    /// # Errors
    /// When a file can be neither read nor made.
    pub fn load_or_create(dir: &Path) -> Result<Self, CredentialsError> {
        let file = |path: &Path| {
            let path = path.display().to_string();
            move |source| CredentialsError::File { path, source }
        };
        std::fs::create_dir_all(dir).map_err(file(dir))?;
        let mut seeds = BTreeMap::new();
        for user in User::all() {
            let path = dir.join(format!("{}.nk", user.name()));
            let seed = match std::fs::read_to_string(&path) {
                Ok(text) => text.trim().to_owned(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    let seed = new_seed(user)?;
                    let mut options = std::fs::OpenOptions::new();
                    let options = options.write(true).create_new(true).mode(0o600);
                    options
                        .open(&path)
                        .and_then(|mut f| f.write_all(seed.as_bytes()))
                        .map_err(file(&path))?;
                    seed
                }
                Err(error) => return Err(file(&path)(error)),
            };
            seeds.insert(user, seed);
        }
        Ok(Self(seeds))
    }

    /// A user's seed.
    #[must_use]
    pub fn seed(&self, user: User) -> &str {
        self.0.get(&user).map_or("", String::as_str)
    }

    /// Every user with its public key, for the server's configuration.
    ///
    /// # Errors
    /// When a seed is none.
    pub fn public_keys(&self) -> Result<Vec<(User, String)>, CredentialsError> {
        let public = |(user, seed): (&User, &String)| match KeyPair::from_seed(seed) {
            Ok(pair) => Ok((*user, pair.public_key())),
            Err(error) => Err(CredentialsError::Seed { user: user.name(), problem: error.to_string() }),
        };
        self.0.iter().map(public).collect()
    }
}

fn new_seed(user: User) -> Result<String, CredentialsError> {
    KeyPair::new_user()
        .seed()
        .map_err(|error| CredentialsError::Seed { user: user.name(), problem: error.to_string() })
}
