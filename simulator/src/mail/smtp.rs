//! The talk with a sender (RFC 5321): one recipient a letter, no authentication, no TLS.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Letter, Post};
use crate::desk::LARGEST;
use crate::kit::Fault;

/// Each sender in a task of its own.
pub(super) async fn serve(post: Arc<Post>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let post = Arc::clone(&post);
        tokio::spawn(async move {
            // Whoever hangs up sends no more.
            let _ended = talk(&post, stream).await;
        });
    }
}

/// The answer to a recipient; `None`: the connection is dropped.
async fn recipient(post: &Post, line: &str) -> Option<Option<String>> {
    for fault in post.faults.take("recipient", None).await {
        match fault {
            Fault::Slow { millis } => tokio::time::sleep(Duration::from_millis(millis)).await,
            // Servers repeat the address.
            Fault::Refuse { status, .. } => return Some(Some(format!("{status} not here: {line}\r\n"))),
            _ => return None,
        }
    }
    Some(None)
}

async fn talk(post: &Post, stream: TcpStream) -> Result<()> {
    let (read, mut write) = stream.into_split();
    // All that one sender may say: whoever says more is cut off.
    let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX);
    let mut lines = BufReader::new(read.take(limit)).lines();
    write.write_all(b"220 simulated mail server\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "RCPT" => match recipient(post, &line).await {
                None => break,
                Some(None) => write.write_all(b"250 ok\r\n").await?,
                Some(Some(refusal)) => {
                    post.refuse();
                    write.write_all(refusal.as_bytes()).await?;
                }
            },
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut raw = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    // A dot at the beginning of a line is doubled (RFC 5321, 4.5.2).
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push('\n');
                }
                post.keep(Letter::read(&raw));
                write.write_all(b"250 taken\r\n").await?;
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                break;
            }
            _ => write.write_all(b"250 ok\r\n").await?,
        }
    }
    Ok(())
}
