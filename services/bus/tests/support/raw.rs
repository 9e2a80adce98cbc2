//! NATS spoken by hand, so that what the server refuses is not hidden by a client of ours.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;

/// A connection without a client.
pub struct Raw {
    writer: TcpStream,
    reader: BufReader<TcpStream>,
    subscriptions: u32,
    /// Subject and body of what came and was not looked at.
    messages: VecDeque<(String, String)>,
}

/// What the server said until it answered a ping.
#[derive(Debug, Default)]
pub struct Said {
    pub errors: Vec<String>,
}

impl Said {
    pub fn is_denied(&self) -> bool {
        self.errors.iter().any(|error| error.contains("Permissions Violation"))
    }
}

impl Raw {
    /// Connects with a user's seed, or as nobody; `None` when the server shows us out.
    pub fn connect(port: u16, seed: Option<&str>) -> Option<Self> {
        let writer = TcpStream::connect(("127.0.0.1", port)).unwrap();
        writer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut reader = BufReader::new(writer.try_clone().unwrap());
        let mut greeting = String::new();
        reader.read_line(&mut greeting).unwrap();
        let info: serde_json::Value =
            serde_json::from_str(greeting.strip_prefix("INFO ").unwrap().trim()).unwrap();
        let mut connect = serde_json::json!({
            "verbose": false, "pedantic": false, "lang": "raw", "version": "0", "protocol": 1, "headers": true,
        });
        if let Some(seed) = seed {
            let pair = KeyPair::from_seed(seed).unwrap();
            let signature = pair.sign(info["nonce"].as_str().unwrap().as_bytes()).unwrap();
            connect["nkey"] = pair.public_key().into();
            connect["sig"] = URL_SAFE_NO_PAD.encode(signature).into();
        }
        let mut raw = Self { writer, reader, subscriptions: 0, messages: VecDeque::new() };
        raw.send(&format!("CONNECT {connect}\r\n"));
        let said = raw.settle()?;
        assert!(said.errors.is_empty(), "{said:?}");
        Some(raw)
    }

    pub fn publish(&mut self, subject: &str, reply: &str, body: &str) -> Said {
        self.send(&format!("PUB {subject} {reply} {}\r\n{body}\r\n", body.len()));
        self.settle().unwrap()
    }

    pub fn subscribe(&mut self, subject: &str, queue: &str) -> Said {
        self.subscriptions += 1;
        self.send(&format!("SUB {subject} {queue} {}\r\n", self.subscriptions));
        self.settle().unwrap()
    }

    /// Waits for messages that take longer than a ping.
    pub fn wait_for_message(&mut self) -> Option<(String, String)> {
        for _ in 0..200 {
            self.settle()?;
            if let Some(message) = self.messages.pop_front() {
                return Some(message);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }

    fn send(&mut self, text: &str) {
        // The server may have hung up already; what it said before is read next.
        drop(self.writer.write_all(text.as_bytes()));
    }

    /// Pings and reads up to the answer: by then the server has judged everything before.
    pub fn settle(&mut self) -> Option<Said> {
        self.send("PING\r\n");
        let mut said = Said::default();
        loop {
            let mut line = String::new();
            match self.reader.read_line(&mut line) {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
            let line = line.trim_end();
            if line == "PONG" {
                return Some(said);
            } else if line == "PING" {
                self.send("PONG\r\n");
            } else if let Some(error) = line.strip_prefix("-ERR ") {
                said.errors.push(error.to_owned());
            } else if line.starts_with("MSG ") || line.starts_with("HMSG ") {
                let message = self.message(line);
                self.messages.push_back(message);
            }
        }
    }

    fn message(&mut self, line: &str) -> (String, String) {
        let words: Vec<&str> = line.split(' ').collect();
        let length: usize = words.last().unwrap().parse().unwrap();
        let mut body = vec![0; length + 2];
        self.reader.read_exact(&mut body).unwrap();
        (words[1].to_owned(), String::from_utf8_lossy(&body[..length]).into_owned())
    }
}
