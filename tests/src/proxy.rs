//! A wire that can be cut, or is slow: a TCP proxy between a service and a server.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

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

/// A slow network: what all its connections share.
#[derive(Clone, Debug)]
pub struct Slow {
    round_trip: Duration,
    bytes_per_second: f64,
    /// When the line is free again, for what comes down.
    free: Arc<Mutex<Instant>>,
}

impl Slow {
    /// "3G slow" of WebPageTest: 400 kbit/s and a round trip of 400 ms.
    #[must_use]
    pub fn third_generation() -> Self {
        let free = Arc::new(Mutex::new(Instant::now()));
        Self { round_trip: Duration::from_millis(400), bytes_per_second: 50_000.0, free }
    }

    /// Starts a proxy to a port on this machine over this network; gives its own port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn to(self, target: u16) -> anyhow::Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(self.clone().carry(client, target));
            }
        });
        Ok(port)
    }

    async fn carry(self, client: TcpStream, target: u16) {
        // A connection is open after one round trip.
        sleep(self.round_trip).await;
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else { return };
        let ((up, down), (answer, ask)) = (client.into_split(), server.into_split());
        tokio::join!(self.pump(up, ask, false), self.pump(answer, down, true));
    }

    /// Carries bytes one way; each packet arrives half a round trip after it left.
    async fn pump(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: bool) {
        let (sender, mut packets) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        let read = async move {
            let mut packet = vec![0; 1_400];
            while let Ok(length @ 1..) = from.read(&mut packet).await {
                let left = if shared { self.leaves(length) } else { Instant::now() };
                if sender.send((left + self.round_trip / 2, packet[..length].to_vec())).is_err() {
                    return;
                }
            }
        };
        let write = async move {
            while let Some((at, packet)) = packets.recv().await {
                sleep_until(at).await;
                if to.write_all(&packet).await.is_err() {
                    return;
                }
            }
        };
        tokio::join!(read, write);
    }

    /// When so many bytes have left, after all that was sent before them.
    fn leaves(&self, bytes: usize) -> Instant {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
        *free = Instant::now().max(*free) + Duration::from_secs_f64(bytes / self.bytes_per_second);
        *free
    }
}
