//! Connections: limits per address, and detection of dead peers.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceResponse};
use actix_web::rt::net::TcpStream;
use base::config::Config;
use base::supervisor::detach;
use bytes::Bytes;
use ipnet::IpNet;
use rustix::net::{Shutdown, sockopt};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::capacity::{Bounds, Capacity, CapacityShare};
use crate::unknown_callers;

/// All connections, where the system allows as many open files.
const MOST: usize = 20_000;
/// Files open for other purposes: the database's, the spool's, media, outgoing calls.
const OTHER_FILES: u64 = 512;
/// Data that is not acknowledged, or not even accepted, for this long ends the connection: the peer is gone or does not
/// read. Otherwise the system would keep it for a quarter of an hour, and for ever where nothing is sent.
const UNHEARD: Duration = Duration::from_secs(60);
/// TCP keep-alive: an idle connection is probed after this time, three times.
const ASKED_AFTER: Duration = Duration::from_secs(30);
const ASKED_EVERY: Duration = Duration::from_secs(10);
/// Connections of an address beyond this number are not kept alive: each could stall in the middle of a request's head.
const KEPT_ALIVE: usize = 1_024;
/// Connections without a request so far, at most an eighth of all: one that says nothing costs 10 KB.
const SILENT: usize = 512;
/// Interval at which a connection that closes is woken; longer than actix-http waits for the caller to close its end.
const WOKEN_EVERY: Duration = Duration::from_secs(2);
/// Connections that wait to be accepted.
const QUEUE: i32 = 4_096;

/// The connections of a server. Clones share the count.
#[derive(Clone, Debug)]
pub struct Connections {
    room: Capacity<IpAddr>,
    silent: Silent,
    /// Trusted proxies, whose connections carry many people's requests.
    proxies: Vec<IpNet>,
}

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    /// `None` for a trusted proxy's, which are not counted.
    held: Option<CapacityShare<IpAddr>>,
    silent: RefCell<Option<SilentConnection>>,
    open: Arc<()>,
}

impl Connection {
    /// Its first request is here: it no longer makes room for newer ones.
    pub fn speaks(&self) {
        self.silent.take();
    }

    /// Whether its address has too many connections to keep this one alive.
    pub fn is_one_of_many(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.of_caller() > KEPT_ALIVE)
    }

    /// Makes sure that it closes after an answer to a request whose body was not read; `task`: the connection's own.
    ///
    /// actix-http keeps such a connection for another second, so that the caller can read the answer. It computes this deadline
    /// from a clock of its own that is late on a busy thread, and drops the signal of a deadline that is over when it is set: the
    /// connection would never close. Whenever it is woken, it compares the deadline again.
    pub fn closes(&self, task: Waker) {
        let open = Arc::downgrade(&self.open);
        detach("connection_end", async move {
            loop {
                tokio::time::sleep(WOKEN_EVERY).await;
                if open.strong_count() == 0 {
                    return;
                }
                task.wake_by_ref();
            }
        });
    }
}

impl Connections {
    pub fn new(config: &Config) -> Self {
        let most = usize::try_from(open_files().saturating_sub(OTHER_FILES)).unwrap_or(MOST).clamp(64, MOST);
        let of_one = usize::try_from(config.limits.connections_per_address).unwrap_or(usize::MAX);
        let room = Capacity::new(Bounds { most, of_one, part: 2 });
        let silent = Silent::new(SILENT.min(most / 8));
        Self { room, silent, proxies: config.server.trusted_proxies.clone() }
    }

    /// Counts a new connection until it closes, or closes it at once if its address has its share.
    pub fn begin(&self, socket: &dyn Any, data: &mut Extensions) {
        let Some(socket) = socket.downcast_ref::<TcpStream>() else { return };
        if let Err(error) = notice_the_end(socket) {
            tracing::debug!(%error, "TCP keepalive could not be set: a lost connection may go unnoticed");
        }
        let Ok(peer) = socket.peer_addr() else { return };
        let peer = peer.ip().to_canonical();
        let open = Arc::default();
        if self.proxies.iter().any(|net| net.contains(&peer)) {
            data.insert(Connection { held: None, silent: RefCell::default(), open });
            return;
        }
        match self.room.take(counted(Some(peer)), 1) {
            Some(held) => {
                let silent = self.silent.begin(socket);
                if let Err(error) = &silent {
                    tracing::debug!(%error, "a silent connection is not among those that make room for newer ones");
                }
                data.insert(Connection { held: Some(held), silent: RefCell::new(silent.ok()), open });
            }
            None => {
                metrics::counter!("parom_connections_refused_total").increment(1);
                let _ = rustix::net::shutdown(socket, Shutdown::Both);
            }
        }
    }

    /// Open connections.
    pub fn count(&self) -> usize {
        self.room.taken()
    }
}

fn notice_the_end(socket: &TcpStream) -> rustix::io::Result<()> {
    let millis = u32::try_from(UNHEARD.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_tcp_user_timeout(socket, millis)?;
    sockopt::set_socket_keepalive(socket, true)?;
    sockopt::set_tcp_keepidle(socket, ASKED_AFTER)?;
    sockopt::set_tcp_keepintvl(socket, ASKED_EVERY)?;
    sockopt::set_tcp_keepcnt(socket, 3)
}

/// Listens. More connections can wait to be accepted than the 128 of the standard library, as far as the system allows:
/// beyond them the system drops a caller's first packet, and the caller tries again a second later.
pub fn listen(address: &str) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    rustix::net::listen(&listener, QUEUE)?;
    Ok(listener)
}

/// The limit of open files, after raising it as far as the system allows: each connection is one.
pub fn open_files() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: now.maximum, maximum: now.maximum };
    let raised = now.current != now.maximum && setrlimit(Resource::Nofile, wanted).is_ok();
    let current = if raised { now.maximum } else { now.current };
    current.unwrap_or(u64::MAX)
}

// Connections that have not sent the head of a request yet. Each costs memory and a file without belonging to a known
// caller, so their number is bounded: the one that has been silent longest makes room for a new one.

/// The silent connections of a server. Clones share them.
#[derive(Clone, Debug)]
pub struct Silent {
    most: usize,
    line: Arc<Mutex<Sockets>>,
}

/// The oldest first.
#[derive(Debug, Default)]
struct Sockets {
    next: u64,
    sockets: BTreeMap<u64, OwnedFd>,
}

impl Silent {
    pub fn new(most: usize) -> Self {
        Self { most, line: Arc::default() }
    }

    /// Adds a new connection, until the result is dropped. Ends the oldest if there are too many.
    pub fn begin(&self, socket: &impl AsFd) -> io::Result<SilentConnection> {
        // The server owns the connection's own handle.
        let socket = socket.as_fd().try_clone_to_owned()?;
        let mut line = self.lock();
        let oldest = (line.sockets.len() >= self.most).then(|| line.sockets.pop_first()).flatten();
        line.next += 1;
        let number = line.next;
        line.sockets.insert(number, socket);
        drop(line);
        if let Some((_, oldest)) = oldest {
            metrics::counter!("parom_connections_silent_ended_total").increment(1);
            let _ = rustix::net::shutdown(oldest, Shutdown::Both);
        }
        Ok(SilentConnection { silent: self.clone(), number })
    }

    fn lock(&self) -> MutexGuard<'_, Sockets> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place among the silent ones, until dropped.
#[derive(Debug)]
pub struct SilentConnection {
    silent: Silent,
    number: u64,
}

impl Drop for SilentConnection {
    fn drop(&mut self) {
        let socket = self.silent.lock().sockets.remove(&self.number);
        drop(socket);
    }
}

// The address under which a request is counted.

/// An address as its requests are counted ([`unknown_callers::network`]). All callers without one are counted together.
pub fn counted(address: Option<IpAddr>) -> IpAddr {
    address.map_or(Ipv4Addr::UNSPECIFIED.into(), unknown_callers::network)
}

// Responses to requests whose bodies were not read completely.

/// A response that keeps its request's body until it was sent. actix closes a connection with an unfinished body only
/// while that body exists; for a dropped chunked one it would wait without a deadline.
struct UnreadBody<T> {
    answer: BoxBody,
    _body: T,
}

/// The response to a request whose body, or a part of it, was not read: afterwards the connection closes.
pub async fn left_unread<T: Unpin + 'static>(response: ServiceResponse<BoxBody>, body: T) -> ServiceResponse<BoxBody> {
    let task = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
    if let Some(connection) = response.request().conn_data::<Connection>() {
        connection.closes(task);
    }
    response.map_body(|_, answer| BoxBody::new(UnreadBody { answer, _body: body }))
}

impl<T: Unpin> MessageBody for UnreadBody<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{self, TcpListener};

    use actix_web::body::BoxBody;
    use actix_web::dev::{ServiceRequest, ServiceResponse};
    use actix_web::middleware::{Next, from_fn};
    use actix_web::{App, HttpMessage, HttpResponse, HttpServer};
    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Answers without reading the body, on a thread on which time passes before actix-http's own clock is set again.
    async fn answers_late(
        mut request: ServiceRequest,
        _next: Next<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
        tokio::time::pause();
        let _ = tokio::time::advance(Duration::from_secs(3)).now_or_never();
        // As many tasks as a thread runs before it looks at its timers: it runs the connection next, and then the clock.
        for _ in 0..61 {
            actix_web::rt::spawn(std::future::ready(()));
        }
        let body = request.take_payload();
        Ok(left_unread(request.into_response(HttpResponse::PayloadTooLarge().finish()), body).await)
    }

    #[tokio::test]
    async fn h3_a_connection_closes_though_its_deadline_is_over_before_it_is_set() {
        let room = Capacity::new(Bounds { most: 100, of_one: 100, part: 1 });
        let connections = Connections { room, silent: Silent::new(10), proxies: Vec::new() };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = HttpServer::new(|| App::new().wrap(from_fn(answers_late)))
            .on_connect(move |socket, data| connections.begin(socket, data))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(b"POST / HTTP/1.1\r\nHost: parom\r\nContent-Length: 1000\r\n\r\n").await.unwrap();
        let mut heard = String::new();
        let end = tokio::time::timeout(Duration::from_secs(60), caller.read_to_string(&mut heard)).await;
        assert!(heard.starts_with("HTTP/1.1 413 "), "{heard}");
        end.expect("the server closes the connection").unwrap();
        handle.stop(false).await;
    }

    #[test]
    fn h3_a_burst_of_connections_waits_and_is_not_dropped() {
        let listener = listen("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connect = || net::TcpStream::connect_timeout(&address, Duration::from_millis(900)).unwrap();
        let burst: Vec<_> = (0..400).map(|_| connect()).collect();
        assert_eq!(burst.len(), 400);
    }

    #[tokio::test]
    async fn h3_a_silent_connection_makes_room_and_a_trusted_proxys_does_not() {
        for (proxies, ended) in [(vec![], [true, false, false]), (vec!["127.0.0.0/8".parse().unwrap()], [false; 3])] {
            let room = Capacity::new(Bounds { most: 100, of_one: 100, part: 1 });
            let connections = Connections { room, silent: Silent::new(1), proxies };
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut held = Vec::new();
            for number in 0..3 {
                let caller = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
                let (socket, _) = listener.accept().await.unwrap();
                let mut data = Extensions::new();
                connections.begin(&socket, &mut data);
                if number == 1 {
                    data.get::<Connection>().inspect(|connection| connection.speaks());
                }
                held.push((caller, socket, data));
            }
            // The first made room for the second, which spoke before the third came.
            let is_ended = |(caller, ..): &(TcpStream, _, _)| matches!(caller.try_read(&mut [0]), Ok(0));
            for (one, ended) in held.iter().zip(ended) {
                if ended {
                    one.0.readable().await.unwrap();
                }
                assert_eq!(is_ended(one), ended);
            }
        }
    }

    #[tokio::test]
    async fn h3_a_connection_whose_other_end_is_gone_is_noticed_within_a_minute() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        notice_the_end(&server).unwrap();
        assert_eq!(sockopt::tcp_user_timeout(&server), Ok(60_000));
        assert_eq!(sockopt::socket_keepalive(&server), Ok(true));
        assert_eq!(sockopt::tcp_keepidle(&server), Ok(ASKED_AFTER));
        drop(client);
    }
}
