//! Documents, kept by the SHA-256 of their bytes: the record holds the hash, and what is handed out has
//! it. The store may be any that `object_store` knows; here it is a folder.

use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode};
use tais_proto::signing::sha256_hex;

use crate::answer::Failure;

/// The largest document that is taken.
pub const DOCUMENT_BYTES_MAX: usize = 20 * 1024 * 1024;

/// Why a document was not kept or not found.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The store.
    #[error("the documents' folder cannot be used: see that it exists, is writable and has room")]
    Store(#[from] object_store::Error),
    /// The folder.
    #[error("the documents' folder cannot be made")]
    Folder(#[from] std::io::Error),
    /// The bytes are not those that were recorded.
    #[error("document {0} was altered where it lies: restore it from a backup")]
    Altered(String),
}

/// Where documents are kept.
#[derive(Clone, Debug)]
pub struct Documents {
    store: Arc<dyn ObjectStore>,
}

impl Documents {
    /// In a folder, which is made where it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn in_folder(folder: &FilePath) -> Result<Self, DocumentError> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { store: Arc::new(LocalFileSystem::new_with_prefix(folder)?) })
    }

    /// Keeps a document; gives its SHA-256. Keeping the same again changes nothing.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn put(&self, bytes: Bytes) -> Result<String, DocumentError> {
        let sha256 = sha256_hex(&bytes);
        match self.store.put_opts(&place(&sha256), bytes.into(), PutMode::Create.into()).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(sha256),
            Err(error) => Err(error.into()),
        }
    }

    /// The document of a SHA-256.
    ///
    /// # Errors
    /// When the store does not answer, or holds other bytes under that name.
    pub async fn get(&self, sha256: &str) -> Result<Option<Bytes>, DocumentError> {
        let is_sha256 = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_sha256 {
            return Ok(None);
        }
        let bytes = match self.store.get(&place(sha256)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if sha256_hex(&bytes) == sha256 {
            Ok(Some(bytes))
        } else {
            Err(DocumentError::Altered(sha256.to_owned()))
        }
    }

    /// The answer that hands a document out: always as a download, never shown by the site itself.
    ///
    /// # Errors
    /// When there is none, or it was altered.
    pub async fn answer(&self, sha256: &str) -> Result<Response, Failure> {
        let found =
            self.get(sha256).await.map_err(|error| Failure::internal("reading a document", &error))?;
        let headers = [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CONTENT_DISPOSITION, "attachment"),
            (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        ];
        Ok((headers, found.ok_or(Failure::NotFound)?).into_response())
    }
}

/// `ab/abcdef…`: no folder grows too large.
fn place(sha256: &str) -> Path {
    Path::from_iter([&sha256[..2], sha256])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_document_is_found_by_its_hash_and_an_altered_one_is_not_handed_out() {
        let folder = tempfile::tempdir().unwrap();
        let documents = Documents::in_folder(folder.path()).unwrap();
        let sha256 = documents.put(Bytes::from_static(b"minutes")).await.unwrap();
        assert_eq!(documents.put(Bytes::from_static(b"minutes")).await.unwrap(), sha256, "kept once");
        assert_eq!(documents.get(&sha256).await.unwrap().unwrap(), "minutes");
        for wrong in ["", "../../etc/passwd", &sha256.to_uppercase(), &"0".repeat(64)] {
            assert!(documents.get(wrong).await.unwrap().is_none(), "{wrong}");
        }
        std::fs::write(folder.path().join(&sha256[..2]).join(&sha256), "other minutes").unwrap();
        assert!(matches!(documents.get(&sha256).await, Err(DocumentError::Altered(_))));
    }
}
