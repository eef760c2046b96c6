//! Callers that hold connections open.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// Delay before a closed connection is opened again.
const AGAIN: Duration = Duration::from_secs(1);
/// The attackers must be connected within this time.
const COMPLETE_WITHIN: Duration = Duration::from_secs(30);

/// The addresses of the attackers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// 127.0.0.2 to 127.0.0.11.
    Ten,
    /// 127.0.0.1, where the measured calls come from.
    One,
}

impl Addresses {
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ten => "from ten addresses",
            Self::One => "from one address",
        }
    }

    fn of(self, number: usize) -> [u8; 4] {
        let last = match self {
            Self::Ten => 2 + u8::try_from(number % 10).unwrap_or(0),
            Self::One => 1,
        };
        [127, 0, 0, last]
    }
}

/// The number of each kind.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub idle: usize,
    pub announced: usize,
    pub trickling: usize,
    pub streams: usize,
}

/// The behaviour of one attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Idle,
    Announces,
    Trickles,
    /// Requests an event stream and does not read it.
    Streams,
}

type Held = Arc<Mutex<BTreeMap<Way, usize>>>;

/// A running siege.
pub struct Attack {
    tasks: JoinSet<()>,
    held: Held,
    /// Attackers that have been connected at least once.
    begun: Arc<AtomicUsize>,
    all: usize,
}

impl Attack {
    pub fn begin(server: &str, chat: &str, addresses: Addresses, numbers: Numbers) -> Self {
        let mut tasks = JoinSet::new();
        let (held, begun) = (Held::default(), Arc::new(AtomicUsize::new(0)));
        let ways = [
            (Way::Idle, numbers.idle),
            (Way::Announces, numbers.announced),
            (Way::Trickles, numbers.trickling),
            (Way::Streams, numbers.streams),
        ];
        let mut all = 0;
        for (way, count) in ways {
            for number in 0..count {
                all += 1;
                let (server, chat, held, begun) = (server.to_owned(), chat.to_owned(), held.clone(), begun.clone());
                tasks.spawn(async move {
                    let mut is_first = true;
                    loop {
                        let from = addresses.of(number);
                        let Ok(mut stream) = connect(&server, from).await else {
                            tokio::time::sleep(AGAIN).await;
                            continue;
                        };
                        if std::mem::take(&mut is_first) {
                            begun.fetch_add(1, Ordering::Relaxed);
                        }
                        count_held(&held, way, true);
                        let _ = hold(&mut stream, way, &chat, number).await;
                        count_held(&held, way, false);
                        tokio::time::sleep(AGAIN).await;
                    }
                });
            }
        }
        Self { tasks, held, begun, all }
    }

    /// Waits until all have been connected once.
    pub async fn is_complete(&self) -> anyhow::Result<()> {
        let complete = async {
            while self.begun.load(Ordering::Relaxed) < self.all {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(COMPLETE_WITHIN, complete).await.context("the besiegers find no way in")
    }

    /// Connections held now.
    pub fn held(&self) -> String {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |way| held.get(&way).copied().unwrap_or(0);
        format!(
            "{} idle, {} announced bodies, {} trickling files, {} streams",
            of(Way::Idle),
            of(Way::Announces),
            of(Way::Trickles),
            of(Way::Streams)
        )
    }

    pub async fn end(mut self) {
        self.tasks.shutdown().await;
    }
}

fn count_held(held: &Held, way: Way, more: bool) {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    let count = held.entry(way).or_default();
    *count = if more { *count + 1 } else { count.saturating_sub(1) };
}

async fn connect(server: &str, from: [u8; 4]) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    Ok(socket.connect(server.parse()?).await?)
}

/// Holds a connection until the server ends it.
async fn hold(stream: &mut TcpStream, way: Way, chat: &str, number: usize) -> anyhow::Result<()> {
    let visitor = URL_SAFE_NO_PAD.encode(visitor(number));
    match way {
        Way::Idle => {}
        Way::Announces => {
            let path = if number.is_multiple_of(2) { "/panel/sign-in" } else { "/admin/sign-in" };
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1048576\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
        }
        Way::Trickles => {
            let part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
            let head = format!(
                "POST /chat/{chat}/files HTTP/1.1\r\nHost: x\r\nCookie: parom_visitor={visitor}\r\n\
                 Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{part}\r\n",
                part.len()
            );
            stream.write_all(head.as_bytes()).await?;
            let mut answer = [0; 1_024];
            loop {
                stream.write_all(b"1\r\nx\r\n").await?;
                let read = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut answer)).await;
                if matches!(read, Ok(Ok(0) | Err(_))) {
                    return Ok(());
                }
            }
        }
        Way::Streams => {
            let head =
                format!("GET /chat/{chat}/events HTTP/1.1\r\nHost: x\r\nCookie: parom_visitor={visitor}\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            return std::future::pending().await;
        }
    }
    let mut answer = [0; 1_024];
    while stream.read(&mut answer).await? > 0 {}
    Ok(())
}

/// Each has a secret of its own.
fn visitor(number: usize) -> [u8; 32] {
    let mut secret = [7; 32];
    for (to, from) in secret.iter_mut().zip(number.to_be_bytes()) {
        *to = from;
    }
    secret
}
