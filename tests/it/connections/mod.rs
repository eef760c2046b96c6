//! What a connection costs that says little or nothing (H3): callers that announce a body and send none, that
//! trickle, that begin many requests, and what all other callers get meanwhile. Deadlines are measured by the
//! world's clock, so they pass when a test advances it.

mod bodies;
mod shares;

use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::World;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Advances the clock until all callers got an answer and their connections were ended; returns the answers. More than
/// once, because only the time counts in which the server waits for a caller, and it may be about to begin that.
pub async fn ended_in_time(world: &World, callers: Vec<Raw>) -> Vec<String> {
    let hear = async |mut caller: Raw| caller.hears_to_the_end().await;
    let heard = tokio::spawn(join_all(callers.into_iter().map(hear)));
    world
        .until("the server ends the connections", async || {
            world.advance(Duration::from_secs(21));
            heard.is_finished().then_some(())
        })
        .await;
    heard.await.expect("they were heard")
}

// A caller that writes its requests byte by byte.

/// A connection to the server of a world.
pub struct Raw(TcpStream);

impl Raw {
    /// Connects from 127.0.0.1.
    pub async fn open(world: &World) -> Self {
        Self::from(world, 1).await
    }

    /// Connects from 127.0.0.`last`.
    pub async fn from(world: &World, last: u8) -> Self {
        Self::to(&world.api.base(), last).await
    }

    /// The same to any server.
    pub async fn to(base: &str, last: u8) -> Self {
        let to = base.trim_start_matches("http://").parse().expect("an address");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(([127, 0, 0, last], 0).into()).expect("a loopback address");
        Self(socket.connect(to).await.expect("the server listens"))
    }

    /// Sends bytes as they are.
    pub async fn says(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.0.write_all(bytes.as_ref()).await.expect("the server reads");
        self
    }

    /// The head of a POST with these headers.
    pub async fn posts(&mut self, path: &str, headers: &[(&str, &str)]) -> &mut Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.says(format!("POST {path} HTTP/1.1\r\nHost: parom\r\n{headers}\r\n")).await
    }

    /// A POST that announces so many bytes of a form and sends none.
    pub async fn announces(&mut self, path: &str, bytes: usize) -> &mut Self {
        let bytes = bytes.to_string();
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        self.posts(path, &[form, ("Content-Length", bytes.as_str())]).await
    }

    /// A part of a chunked body.
    pub async fn says_chunk(&mut self, bytes: &[u8]) -> &mut Self {
        self.says(format!("{:x}\r\n", bytes.len())).await.says(bytes).await.says("\r\n").await
    }

    /// Everything that comes until the server ends the connection.
    pub async fn hears_to_the_end(&mut self) -> String {
        let mut heard = Vec::new();
        // A reset is an end too.
        let _ = self.0.read_to_end(&mut heard).await;
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// The first bytes that come; empty: the connection was ended.
    pub async fn hears(&mut self) -> String {
        let mut heard = vec![0; 4_096];
        let length = self.0.read(&mut heard).await.unwrap_or(0);
        String::from_utf8_lossy(&heard[..length]).into_owned()
    }
}
