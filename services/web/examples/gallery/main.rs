//! Shows every part of the pages on one page, to look at while working on their look:
//! `cargo run -p tais-web --example gallery -- 8088`, then open `/`, `/frozen` and `/sign-in`.

mod pages;

use std::net::Ipv4Addr;
use std::sync::Arc;

use tais_web::Shell;
use tais_web::session::{Accounts, Sessions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse::<u16>())?;
    let accounts_file = std::env::temp_dir().join("tais-gallery-accounts.json");
    let accounts = Arc::new(Accounts::load_or_create(&accounts_file)?);
    let shell = Shell { accounts, sessions: Sessions::default(), sample: true, secure: false };
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://{}/ (names and passwords: {})", listener.local_addr()?, accounts_file.display());
    axum::serve(listener, shell.wrap(pages::site())).await?;
    Ok(())
}
