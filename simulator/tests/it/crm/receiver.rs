//! The other side of hooks: answers 200 to everything and shows the bodies in order.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
};

use crate::crm::caller::World;

/// A hook that takes longer does not come any more.
const LIMIT: Duration = Duration::from_secs(20);

/// Bodies of hooks as they arrived.
pub struct Receiver {
    bodies: mpsc::UnboundedReceiver<Value>,
}

/// Takes the world's hooks from now on.
pub async fn receive(world: &World) -> Receiver {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    world.sandbox.set_parom_url(&format!("http://{}", listener.local_addr().unwrap()));
    let (sender, bodies) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let body = loop {
                let mut chunk = [0_u8; 4096];
                let count = socket.read(&mut chunk).await.unwrap();
                bytes.extend_from_slice(&chunk[..count]);
                let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let length: usize = length.map_or(0, |text| text.trim().parse().unwrap());
                if bytes.len() >= end + 4 + length {
                    break bytes.split_off(end + 4);
                }
            };
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
            if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
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
