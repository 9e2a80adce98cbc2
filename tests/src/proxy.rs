//! A wire that can be cut: a TCP proxy between a service and a server.

use std::net::Ipv4Addr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy; while it is cut, open connections break and new ones are refused.
pub struct Proxy {
    port: u16,
    whole: watch::Sender<bool>,
}

impl Proxy {
    /// Starts a proxy to a port on this machine.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn to(target: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let whole = watch::Sender::new(true);
        let state = whole.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut state = state.clone();
                if *state.borrow() {
                    tokio::spawn(async move {
                        let carry = carry(client, target);
                        tokio::select! { () = carry => {}, _ = state.wait_for(|whole| !whole) => {} }
                    });
                }
            }
        });
        Ok(Self { port, whole })
    }

    /// Its own port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Cuts the wire.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Mends it.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn carry(mut client: TcpStream, target: u16) {
    if let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await {
        // A broken connection is what this is for.
        drop(copy_bidirectional(&mut client, &mut server).await);
    }
}
