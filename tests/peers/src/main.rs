//! The peers written in Rust, each by its public interface: `tais-peers NAME POSTGRES_URL DIR append FILE | read`.

mod cqrs_es;
mod disintegrate;
mod umadb;
mod work;

use std::path::Path;

use anyhow::bail;
use serde_json::Value;
use sqlx::postgres::{PgPool, PgPoolOptions};

use self::cqrs_es::CqrsEs;
use self::disintegrate::Disintegrate;
use self::umadb::UmaDb;
use self::work::{Peer, WRITERS, append, read};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let [name, url, dir, work @ ..] = words.as_slice() else {
        bail!("tais-peers NAME POSTGRES_URL DIR append FILE | read")
    };
    let said = match *name {
        "cqrs-es" => done(CqrsEs::open(pool(url).await?).await?, work).await?,
        "disintegrate" => done(Disintegrate::open(pool(url).await?, false).await?, work).await?,
        "disintegrate-validated" => done(Disintegrate::open(pool(url).await?, true).await?, work).await?,
        "umadb" => done(UmaDb::open(Path::new(dir)).await?, work).await?,
        other => bail!("no peer is called {other}"),
    };
    println!("{said}");
    Ok(())
}

async fn done(peer: impl Peer, work: &[&str]) -> anyhow::Result<Value> {
    match work {
        ["append", file] => append(peer, Path::new(file)).await,
        ["read"] => read(peer).await,
        _ => bail!("the work is `append FILE` or `read`"),
    }
}

async fn pool(url: &str) -> anyhow::Result<PgPool> {
    Ok(PgPoolOptions::new().min_connections(WRITERS).max_connections(WRITERS).connect(url).await?)
}
