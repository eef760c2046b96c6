//! `parom health`: whether the server of this configuration answers, for containers and scripts without an HTTP client.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use base::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::print_line;

/// How long the server has to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// Asks the server at `server.ops_listen`, or without it at `server.listen`, and prints `ok`; an error if it does not answer.
pub async fn run(config: Option<&Path>) -> anyhow::Result<ExitCode> {
    let server = Config::load(config)?.server;
    // Strangers can hold every connection of the public address.
    let listen = server.ops_listen.unwrap_or(server.listen);
    ensure!(!listen.ends_with(":0"), "{listen} has port 0: which one the server has is not known here");
    let asked = timeout(ANSWERS_WITHIN, ask(&listen)).await;
    asked.context("it did not answer in time").flatten().with_context(|| format!("no healthy server at {listen}"))?;
    print_line("ok")?;
    Ok(ExitCode::SUCCESS)
}

/// Asks the server at an address of this machine for `/healthz`, which must answer 200.
async fn ask(address: &str) -> anyhow::Result<()> {
    let mut server = TcpStream::connect(address).await.context("it accepts no connection")?;
    server.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut status = [0; 12];
    server.read_exact(&mut status).await.context("it does not answer")?;
    let status = String::from_utf8_lossy(&status).into_owned();
    ensure!(status == "HTTP/1.1 200", "it answers {status}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn only_200_is_healthy() {
        for (answer, wanted) in [
            ("HTTP/1.1 200 OK\r\n\r\n", None),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", Some("it answers HTTP/1.1 503")),
            ("", Some("it does not answer")),
        ] {
            let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = server.local_addr().unwrap().to_string();
            let (asked, ()) = tokio::join!(ask(&address), async {
                let (mut caller, _) = server.accept().await.unwrap();
                let _ = caller.read(&mut [0; 256]).await.unwrap();
                caller.write_all(answer.as_bytes()).await.unwrap();
            });
            assert_eq!(asked.err().map(|error| error.to_string()).as_deref(), wanted);
        }
        assert_eq!(ask("127.0.0.1:1").await.unwrap_err().to_string(), "it accepts no connection");
    }
}
