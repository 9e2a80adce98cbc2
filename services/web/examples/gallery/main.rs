//! Shows every part of the pages on one page, to look at while working on their look:
//! `cargo run -p tais-web --example gallery -- 8088`, then open `/`, `/frozen` and `/sign-in`.

mod pages;

use std::net::Ipv4Addr;

use tais_web::Shell;
use tais_web::access::{Audience, Grants};
use tais_web::session::{Accounts, Notices};
use tais_web::unwitnessed::Unwitnessed;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse::<u16>())?;
    let folder = std::env::temp_dir().join("tais-gallery");
    std::fs::create_dir_all(&folder)?;
    let accounts = Accounts::open(&folder, false).await?;
    let (notices, _heard) = Notices::channel();
    let clock = || tais_proto::Timestamp::new(time::OffsetDateTime::now_utc());
    let shell = Shell {
        accounts,
        notices,
        sample: true,
        unwitnessed: Unwitnessed::default(),
        secure: false,
        provider: None,
        table: |_, _| Some(Audience::Anyone),
        grants: Grants::default(),
        clock,
    };
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://{}/ (names and passwords: {})", listener.local_addr()?, folder.display());
    axum::serve(listener, shell.wrap(pages::site())).await?;
    Ok(())
}
