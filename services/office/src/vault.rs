//! The vault: who the people of the Forum are. Each person's name and contact are sealed with a key of
//! their own (XChaCha20-Poly1305, RFC 8439 with a 24-byte nonce), and that with the office's key, which is
//! a file and never in the database. A sealed value is `nonce ‖ ciphertext ‖ tag`, bound to the person and
//! the field it is of, so that no row can pass for another.

use std::collections::{BTreeMap, BTreeSet};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{Key, KeyInit as _, XChaCha20Poly1305, XNonce};
use rand::RngCore as _;
use sqlx::{PgPool, Row as _};
use tais_proto::PersonId;
use uuid::Uuid;

/// The length of a nonce, in bytes.
const NONCE: usize = 24;

/// Who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// How to reach them: an address or a number; may be empty.
    pub contact: String,
}

/// Everybody whose key is there. An id that is not in it was erased, or was never entered here.
pub type People = BTreeMap<PersonId, Person>;

/// What kept the vault from answering.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database.
    #[error("the vault could not be read or written")]
    Database(#[from] sqlx::Error),
    /// What is stored does not open with this key.
    #[error(
        "the entry of person {0} in the vault does not open: restore the office's file keys/vault.secret from the \
         backup that belongs to this database, or have the entry looked at if that is the right one"
    )]
    Closed(PersonId),
    /// The id is somebody else's.
    #[error(
        "person {0} is already in the vault with another name or contact, or was erased: nothing was changed; \
         choose a new id"
    )]
    Taken(PersonId),
}

/// The vault, on the office's own role.
#[derive(Clone)]
pub struct Vault {
    pool: PgPool,
    key: XChaCha20Poly1305,
}

impl Vault {
    /// The vault with the office's key.
    #[must_use]
    pub fn new(pool: PgPool, key: [u8; 32]) -> Self {
        Self { pool, key: XChaCha20Poly1305::new(&Key::from(key)) }
    }

    /// Enters somebody. Entering the same again changes nothing.
    ///
    /// # Errors
    /// When somebody else stands under the id or was erased from it, or the database does not take it.
    pub async fn enter(&self, id: PersonId, person: &Person) -> Result<(), VaultError> {
        let mut own = [0; 32];
        rand::rngs::OsRng.fill_bytes(&mut own);
        let cipher = XChaCha20Poly1305::new(&Key::from(own));
        let closed = || VaultError::Closed(id);
        let sealed_key = seal(&self.key, id, "key", &own).ok_or_else(closed)?;
        let name = seal(&cipher, id, "name", person.name.as_bytes()).ok_or_else(closed)?;
        let contact = seal(&cipher, id, "contact", person.contact.as_bytes()).ok_or_else(closed)?;
        let mut tx = self.pool.begin().await?;
        // The office only reads by default; this is what it may write.
        sqlx::query("set transaction read write").execute(&mut *tx).await?;
        let entered = sqlx::query(
            "insert into vault.person (id, name, contact) select $1, $2, $3
              where not exists (select from vault.erased where person = $1) on conflict (id) do nothing",
        )
        .bind(id.0)
        .bind(name)
        .bind(contact)
        .execute(&mut *tx)
        .await?;
        if entered.rows_affected() == 1 {
            sqlx::query("insert into vault.person_key (person, sealed) values ($1, $2)")
                .bind(id.0)
                .bind(sealed_key)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        match entered.rows_affected() {
            0 if self.people().await?.get(&id) != Some(person) => Err(VaultError::Taken(id)),
            _ => Ok(()),
        }
    }

    /// Everybody in it.
    ///
    /// # Errors
    /// When the database does not answer, or an entry does not open.
    pub async fn people(&self) -> Result<People, VaultError> {
        let rows = sqlx::query(
            "select p.id, p.name, p.contact, k.sealed from vault.person p join vault.person_key k on k.person = p.id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let id = PersonId(row.try_get("id")?);
                let person = self
                    .opened(id, row.try_get("sealed")?, row.try_get("name")?, row.try_get("contact")?)
                    .ok_or(VaultError::Closed(id))?;
                Ok((id, person))
            })
            .collect()
    }

    /// Erases these people: name, contact and key. Erasing them again changes nothing. Gives how many were still
    /// there; their bytes leave the files with [`Vault::shed`].
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn erase(&self, people: &[PersonId]) -> Result<u64, VaultError> {
        let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
        let mut tx = self.pool.begin().await?;
        sqlx::query("set transaction read write").execute(&mut *tx).await?;
        // First that nobody is entered under the id again.
        sqlx::query(
            "insert into vault.erased (person) select unnest($1::uuid[]) on conflict (person) do nothing",
        )
        .bind(&ids)
        .execute(&mut *tx)
        .await?;
        sqlx::query("delete from vault.person_key where person = any($1)")
            .bind(&ids)
            .execute(&mut *tx)
            .await?;
        let erased = sqlx::query("delete from vault.person where id = any($1)").bind(&ids).execute(&mut *tx);
        let erased = erased.await?.rows_affected();
        tx.commit().await?;
        Ok(erased)
    }

    /// Writes the tables anew without what was deleted, which until then stays in their pages. They are small.
    /// What a transaction that began before the deletion can still see is kept once more.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn shed(&self) -> Result<(), VaultError> {
        sqlx::query("vacuum (full) vault.person, vault.person_key").execute(&self.pool).await?;
        Ok(())
    }

    /// Who was erased.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn erased(&self) -> Result<BTreeSet<PersonId>, VaultError> {
        let ids: Vec<Uuid> =
            sqlx::query_scalar("select person from vault.erased").fetch_all(&self.pool).await?;
        Ok(ids.into_iter().map(PersonId).collect())
    }

    fn opened(&self, id: PersonId, sealed_key: &[u8], name: &[u8], contact: &[u8]) -> Option<Person> {
        let own: [u8; 32] = open(&self.key, id, "key", sealed_key)?.try_into().ok()?;
        let cipher = XChaCha20Poly1305::new(&Key::from(own));
        let text = |field: &str, sealed: &[u8]| String::from_utf8(open(&cipher, id, field, sealed)?).ok();
        Some(Person { name: text("name", name)?, contact: text("contact", contact)? })
    }
}

/// What a sealed value is bound to.
fn bound_to(id: PersonId, field: &str) -> String {
    format!("tais vault v1 {field} {id}")
}

fn seal(cipher: &XChaCha20Poly1305, id: PersonId, field: &str, plain: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE];
    rand::rngs::OsRng.fill_bytes(&mut nonce);
    let aad = bound_to(id, field);
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: aad.as_bytes() }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

fn open(cipher: &XChaCha20Poly1305, id: PersonId, field: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let aad = bound_to(id, field);
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: aad.as_bytes() }).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    /// The published vector (draft-irtf-cfrg-xchacha-03, A.3.1): the crate does what its name says.
    #[test]
    fn the_published_vector_opens() {
        let key: [u8; 32] = std::array::from_fn(|n| 0x80 + u8::try_from(n).unwrap());
        let nonce: [u8; NONCE] = std::array::from_fn(|n| 0x40 + u8::try_from(n).unwrap());
        let aad = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
        let sealed = hex::decode(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39\
             ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
             21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49",
        )
        .unwrap();
        let cipher = XChaCha20Poly1305::new(&Key::from(key));
        let plain = cipher.decrypt(&XNonce::from(nonce), Payload { msg: &sealed, aad: &aad }).unwrap();
        assert!(plain.starts_with(b"Ladies and Gentlemen of the class of '99"));
    }

    #[test]
    fn what_is_sealed_opens_for_its_person_and_field_only() {
        let cipher = XChaCha20Poly1305::new(&Key::from([7; 32]));
        let id = |n: u128| PersonId(uuid::Uuid::from_u128(n));
        let sealed = seal(&cipher, id(1), "name", "Júlia".as_bytes()).unwrap();
        assert_eq!(open(&cipher, id(1), "name", &sealed).unwrap(), "Júlia".as_bytes());
        assert!(open(&cipher, id(2), "name", &sealed).is_none());
        assert!(open(&cipher, id(1), "contact", &sealed).is_none());
        assert!(open(&XChaCha20Poly1305::new(&Key::from([8; 32])), id(1), "name", &sealed).is_none());
        for bit in 0..sealed.len() * 8 {
            let mut other = sealed.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&cipher, id(1), "name", &other).is_none(), "bit {bit}");
        }
        assert!(open(&cipher, id(1), "name", b"short").is_none());
        assert_ne!(sealed, seal(&cipher, id(1), "name", "Júlia".as_bytes()).unwrap());
    }
}
