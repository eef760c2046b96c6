//! The HTTP server behind the fakes: one request a connection.

use std::convert::Infallible;
use std::future::Future;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A bound listener, and its address without a trailing slash.
pub async fn bind() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}

/// Serves every connection on a task of its own.
pub fn listen<L>(listener: TcpListener, serve: impl Fn(Exchange) -> L + Send + Sync + 'static)
where
    L: Future<Output = Option<()>> + Send + 'static,
{
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(Exchange { stream, head: String::new() }));
        }
    });
}

/// A request and its answer. Dropping it closes the connection.
pub struct Exchange {
    stream: TcpStream,
    head: String,
}

impl Exchange {
    /// Reads the request's first line and headers; returns method, and path with its query.
    pub async fn request_line(&mut self) -> Option<(String, String)> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.ok()?);
        }
        self.head = String::from_utf8(head).unwrap();
        let mut words = self.head.split(' ');
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub async fn body(&mut self) -> Option<Vec<u8>> {
        let mut body = vec![0; self.header("content-length").map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut body).await.ok()?;
        Some(body)
    }

    /// Answers. `headers`: whole lines.
    pub async fn answer(mut self, status: u16, headers: &str, body: &str) -> Option<()> {
        let length = body.len();
        let text =
            format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
        self.stream.write_all(text.as_bytes()).await.ok()
    }
}

/// A file of a form.
#[derive(Clone, Debug)]
pub struct FormFile {
    pub field: String,
    pub name: String,
    pub kind: String,
    pub bytes: Vec<u8>,
}

/// The texts and the file of a multipart body; none if it is of another type.
pub async fn form(kind: &str, body: &[u8]) -> Option<(Vec<(String, String)>, Option<FormFile>)> {
    let boundary = multer::parse_boundary(kind).ok()?;
    let stream = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(body))]);
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut texts, mut file) = (Vec::new(), None);
    while let Some(part) = parts.next_field().await.unwrap() {
        let field = part.name().unwrap().to_owned();
        if let Some(name) = part.file_name().map(str::to_owned) {
            let kind = part.content_type().map(ToString::to_string).unwrap_or_default();
            file = Some(FormFile { field, name, kind, bytes: part.bytes().await.unwrap().to_vec() });
        } else {
            texts.push((field, part.text().await.unwrap()));
        }
    }
    Some((texts, file))
}
