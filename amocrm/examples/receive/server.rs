//! A server that reads one request at a time.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Waits for one request and answers it with 200 and this text. Returns path and query, the header `X-Signature`, and
/// the raw body. Suitable for an example only.
pub async fn receive(listener: &TcpListener, words: &str) -> Result<(String, String, Vec<u8>)> {
    let (mut stream, _) = listener.accept().await?;
    let request = tokio::time::timeout(Duration::from_secs(5), read(&mut stream)).await??;
    let length = words.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close");
    stream.write_all(format!("{head}\r\n\r\n{words}").as_bytes()).await?;
    stream.shutdown().await?;
    Ok(request)
}

async fn read(stream: &mut TcpStream) -> Result<(String, String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await?;
        bytes.extend_from_slice(&chunk[..count]);
        if count == 0 || bytes.len() > 1 << 20 {
            bail!("no whole request came");
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&bytes[..end])?;
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        let length: usize = header("content-length").map_or(Ok(0), |length| length.parse())?;
        if bytes.len() - end - 4 >= length {
            let target = head.split(' ').nth(1).context("no target")?.to_owned();
            let signature = header("x-signature").unwrap_or_default();
            return Ok((target, signature, bytes[end + 4..].to_vec()));
        }
    }
}
