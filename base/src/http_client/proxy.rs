//! Proxies through which others are called.
//!
//! A `socks5://` proxy is asked by the HTTP library itself, for a name or for the address that the guard let pass. Of an
//! `http://` proxy the library asks names only, which the proxy would look up again, past the guard. So the library always
//! speaks SOCKS 5 (RFC 1928, RFC 1929), and for an HTTP proxy [`relay`] passes on by CONNECT what it asks for
//! (RFC 9110 §9.3.6):
//!
//! ```text
//! library ─SOCKS 5─▶ socks5:// proxy ─▶ server
//! library ─SOCKS 5─▶ relay (loopback) ─CONNECT address─▶ http:// proxy ─▶ server
//! ```

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use url::{Position, Url};
use uuid::Uuid;

use super::{CONNECT_TIMEOUT, NoClient};
use crate::supervisor::detach;

/// A proxy as it is configured in the HTTP library.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    /// Its host, which may be internal.
    host: String,
    /// What guarded clients call its host, so that their resolver knows who asks. It is drawn for each proxy: a tenant
    /// cannot name it.
    alias: String,
    by_name: SecretString,
    by_address: SecretString,
}

impl Proxy {
    /// That of a checked configuration; for `http://`, begins to relay, so call it within a runtime.
    pub(super) fn open(address: &SecretString) -> Result<Self, NoClient> {
        let parsed = |address: &SecretString| Url::parse(address.expose_secret()).map_err(io::Error::other);
        let mut url = parsed(address).map_err(NoClient::Proxy)?;
        if url.scheme() == "http" {
            url = relay(HttpProxy::at(&url)).and_then(|address| parsed(&address)).map_err(NoClient::Proxy)?;
        }
        let alias = format!("{}.invalid", Uuid::new_v4().simple());
        let login = &url[Position::BeforeUsername..Position::BeforeHost];
        let port = &url[Position::AfterHost..Position::AfterPort];
        Ok(Self {
            by_name: format!("socks5h://{login}{}{port}", &url[Position::BeforeHost..Position::AfterHost]).into(),
            by_address: format!("socks5://{login}{alias}{port}").into(),
            host: bare_host(&url),
            alias,
        })
    }

    /// For trusted servers: the proxy looks up their names.
    pub(super) fn by_name(&self) -> reqwest::Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.by_name.expose_secret())
    }

    /// For guarded addresses: the proxy is asked for what the client's resolver let pass.
    pub(super) fn by_address(&self) -> reqwest::Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.by_address.expose_secret())
    }

    /// The proxy's host, if this is what guarded clients call it.
    pub(super) fn host_of(&self, name: &str) -> Option<&str> {
        (name == self.alias).then_some(&self.host)
    }
}

fn bare_host(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned()
}

/// Limit of an HTTP proxy's answer, in bytes.
const LONGEST_HEAD: u64 = 8 * 1024;
/// The pause after a connection could not be accepted, which is so until others end.
const FULL: Duration = Duration::from_millis(100);
/// Replies of SOCKS 5.
const GRANTED: u8 = 0;
const NOT_ALLOWED: u8 = 2;
const HOST_UNREACHABLE: u8 = 4;

struct HttpProxy {
    host: String,
    port: u16,
    /// The header with user name and password.
    authorization: SecretString,
}

/// Begins to pass on to an HTTP proxy what is asked of this machine's loopback by SOCKS 5; returns the address to ask. Its
/// password is drawn here, so that other users of the machine cannot use the proxy.
fn relay(proxy: HttpProxy) -> io::Result<SecretString> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let (listener, proxy) = (TcpListener::from_std(listener)?, Arc::new(proxy));
    let password = Uuid::new_v4().simple().to_string();
    let address = SecretString::from(format!("socks5://relay:{password}@{}", listener.local_addr()?));
    detach("proxy", async move {
        loop {
            let Ok((near, _)) = listener.accept().await else {
                tokio::time::sleep(FULL).await;
                continue;
            };
            let (proxy, password) = (Arc::clone(&proxy), password.clone());
            detach("proxy", async move { pass_on(near, &proxy, &password).await });
        }
    });
    Ok(address)
}

/// Serves one connection. Its end without a reply says that the proxy does not answer as one.
async fn pass_on(mut near: TcpStream, proxy: &HttpProxy, password: &str) -> io::Result<()> {
    let opened = async {
        let server = asked_for(&mut near, password).await?;
        let mut far = BufReader::new(TcpStream::connect((proxy.host.as_str(), proxy.port)).await?);
        let reply = proxy.connects(&mut far, &server).await?;
        near.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
        io::Result::Ok((reply == GRANTED).then_some(far))
    };
    if let Some(mut far) = tokio::time::timeout(CONNECT_TIMEOUT, opened).await?? {
        tokio::io::copy_bidirectional(&mut near, &mut far).await?;
    }
    Ok(())
}

/// The server's `host:port` that a caller with the password asks for.
async fn asked_for(near: &mut TcpStream, password: &str) -> io::Result<String> {
    let refused = || io::Error::from(io::ErrorKind::InvalidData);
    let _version = near.read_u8().await?;
    let _methods = with_length(near).await?;
    near.write_all(&[5, 2]).await?;
    let _version = near.read_u8().await?;
    let (_user, theirs) = (with_length(near).await?, with_length(near).await?);
    let is_ours = bool::from(theirs.ct_eq(password.as_bytes()));
    near.write_all(&[1, u8::from(!is_ours)]).await?;
    if !is_ours {
        return Err(refused());
    }
    let mut request = [0; 4];
    near.read_exact(&mut request).await?;
    let host = match request {
        [5, 1, _, 1] => Ipv4Addr::from(near.read_u32().await?).to_string(),
        [5, 1, _, 4] => format!("[{}]", Ipv6Addr::from(near.read_u128().await?)),
        [5, 1, _, 3] => String::from_utf8(with_length(near).await?).map_err(|_| refused())?,
        _ => return Err(refused()),
    };
    Ok(format!("{host}:{}", near.read_u16().await?))
}

async fn with_length(near: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(near.read_u8().await?)];
    near.read_exact(&mut bytes).await?;
    Ok(bytes)
}

impl HttpProxy {
    fn at(url: &Url) -> Self {
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pair = format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or_default()));
        let authorization = match pair.as_str() {
            ":" => String::new(),
            pair => format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(pair)),
        };
        Self {
            host: bare_host(url),
            port: url.port_or_known_default().unwrap_or_default(),
            authorization: authorization.into(),
        }
    }

    /// Asks for a connection to a server; returns the reply in the words of SOCKS 5.
    async fn connects(&self, far: &mut BufReader<TcpStream>, server: &str) -> io::Result<u8> {
        let authorization = self.authorization.expose_secret();
        let request = format!("CONNECT {server} HTTP/1.1\r\nHost: {server}\r\n{authorization}\r\n");
        far.write_all(request.as_bytes()).await?;
        let mut head = far.take(LONGEST_HEAD);
        let mut lines = Vec::new();
        while !lines.ends_with(b"\r\n\r\n") {
            if head.read_until(b'\n', &mut lines).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = lines.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5)).unwrap_or_default();
        Ok(match status {
            [b'2', ..] => GRANTED,
            b"401" | b"403" | b"407" => NOT_ALLOWED,
            [] => return Err(io::ErrorKind::InvalidData.into()),
            _ => HOST_UNREACHABLE,
        })
    }
}
