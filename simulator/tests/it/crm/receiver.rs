//! The other side of hooks: shows the requests in their order.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::crm::caller::{HOST, World, text};

/// A hook that takes longer does not come any more.
const LIMIT: Duration = Duration::from_secs(20);

/// One HTTP request as it arrived: head and body.
pub struct Arrived {
    pub head: String,
    pub body: Vec<u8>,
}

/// Answers the next request with 200 and shows what it was.
async fn arrived(listener: &TcpListener) -> Arrived {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0_u8; 4096];
        let count = socket.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let lines = head.to_ascii_lowercase();
        let length = lines.lines().find_map(|line| line.strip_prefix("content-length: "));
        if bytes.len() >= end + 4 + length.map_or(0, |text| text.trim().parse::<usize>().unwrap()) {
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
            return Arrived { head, body: bytes.split_off(end + 4) };
        }
    }
}

async fn listen() -> (String, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (format!("http://{}", listener.local_addr().unwrap()), listener)
}

/// Takes one request on a port of its own; nothing listens there afterwards.
pub async fn receive_one() -> (String, JoinHandle<Arrived>) {
    let (url, listener) = listen().await;
    (url, tokio::spawn(async move { arrived(&listener).await }))
}

/// Bodies of hooks as they arrived.
pub struct Receiver {
    bodies: mpsc::UnboundedReceiver<Value>,
}

/// Takes the world's hooks from now on.
pub async fn receive(world: &World) -> Receiver {
    let (url, listener) = listen().await;
    world.sandbox.set_parom_url(&url);
    let (sender, bodies) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while sender.send(serde_json::from_slice(&arrived(&listener).await.body).unwrap()).is_ok() {}
    });
    Receiver { bodies }
}

impl Receiver {
    /// The next hook, whole.
    pub async fn whole(&mut self) -> Value {
        tokio::time::timeout(LIMIT, self.bodies.recv()).await.unwrap().unwrap()
    }

    /// The inner message of the next hook.
    pub async fn message(&mut self) -> Value {
        self.whole().await["message"]["message"].take()
    }

    /// Whether nothing more has come.
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }
}

/// A connected world with a chat, whose hooks arrive.
pub struct Talk {
    pub world: World,
    pub hooks: Receiver,
    /// Amojo ids of the chat, and of its first message.
    pub chat: String,
    pub first: String,
}

impl Talk {
    pub async fn begin(words: &str) -> Self {
        let world = World::connected().await;
        world.message(text("m-1", words)).await;
        let hooks = receive(&world).await;
        let chat = world.sandbox.chats(HOST).remove(0).id;
        let first = world.sandbox.messages(HOST).remove(0).id;
        Self { world, hooks, chat, first }
    }
}
