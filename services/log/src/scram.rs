//! What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5802 and 7677), made here: the password
//! itself is then in no statement, hence in no log of ours or of the server.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

/// What PostgreSQL takes by default.
const ITERATIONS: u32 = 4096;

/// The verifier of a password, which must be printable ASCII: of anything else the two sides might
/// normalise it differently.
pub(crate) fn verifier(password: &str, salt: [u8; 16]) -> String {
    let salted = salted(password, &salt);
    let stored = Sha256::digest(hmac(&salted, &[b"Client Key"]));
    let server = hmac(&salted, &[b"Server Key"]);
    let [salt, stored, server] = [&salt[..], &stored, &server].map(|bytes| BASE64_STANDARD.encode(bytes));
    format!("SCRAM-SHA-256${ITERATIONS}:{salt}${stored}:{server}")
}

/// PBKDF2 with HMAC-SHA-256, one block.
fn salted(password: &str, salt: &[u8]) -> [u8; 32] {
    let mut last = hmac(password.as_bytes(), &[salt, &1_u32.to_be_bytes()]);
    let mut salted = last;
    for _ in 1..ITERATIONS {
        last = hmac(password.as_bytes(), &[&last]);
        salted.iter_mut().zip(last).for_each(|(sum, byte)| *sum ^= byte);
    }
    salted
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    /// The conversation of RFC 7677 section 3: its verifier is not printed there, but what server and
    /// client prove to each other with it is.
    #[test]
    fn the_example_of_rfc_7677() {
        let salt = BASE64_STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let verifier = verifier("pencil", salt.as_slice().try_into().unwrap());
        let keys = verifier.strip_prefix("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$").unwrap();
        let (stored, server) = keys.split_once(':').unwrap();
        let (stored, server) =
            (BASE64_STANDARD.decode(stored).unwrap(), BASE64_STANDARD.decode(server).unwrap());

        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let conversation = format!(
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r={nonce}"
        );
        let proof_of_server = hmac(&server, &[conversation.as_bytes()]);
        assert_eq!(BASE64_STANDARD.encode(proof_of_server), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        let proof = BASE64_STANDARD.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").unwrap();
        let signature = hmac(&stored, &[conversation.as_bytes()]);
        let client_key: Vec<u8> = proof.iter().zip(signature).map(|(proof, byte)| proof ^ byte).collect();
        assert_eq!(Sha256::digest(client_key)[..], stored);
    }
}
