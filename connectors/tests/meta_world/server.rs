//! The server as Meta sees it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base::i18n::{Language, Words};
use connectors::incoming::{InboundEvent, IncomingCall};
use connectors::meta::Meta as MetaConnector;
use connectors::{Connector, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The part of the server: a handshake, a signature, events.
pub async fn serve(
    listener: TcpListener,
    connector: Arc<MetaConnector>,
    settings: Settings,
    heard: Arc<Mutex<Vec<InboundEvent>>>,
    refused: Arc<AtomicUsize>,
) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let Some((method, query, headers, body)) = read(&mut stream).await else { continue };
        let header = |name: &str| headers.get(name).cloned();
        let call = IncomingCall { header: &header, path_secret: "", body: &body };
        let (status, answer) = if method == "GET" {
            let pairs: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            match connector.handshake(&settings, &|name| pairs.get(name).cloned()) {
                Some(challenge) => (200, challenge),
                None => (403, String::new()),
            }
        } else if connector.authenticate(&settings, &call) {
            let events = connector.receive(&settings, &call, Words::new(Language::En)).await.unwrap();
            heard.lock().unwrap().extend(events);
            (200, String::new())
        } else {
            refused.fetch_add(1, Ordering::SeqCst);
            (401, String::new())
        };
        let length = answer.len();
        let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}");
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

type Request = (String, String, BTreeMap<String, String>, Vec<u8>);

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let (mut head, mut one) = (Vec::new(), [0_u8; 1]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut one).await.ok()?;
        head.push(one[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let pairs = head.lines().filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<String, String> = pairs.map(|(key, value)| (key.to_lowercase(), value.to_owned())).collect();
    let mut body = vec![0; headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let mut words = head.split_whitespace();
    let method = words.next()?.to_owned();
    let query = words.next()?.split_once('?').map_or("", |(_, query)| query).to_owned();
    Some((method, query, headers, body))
}
