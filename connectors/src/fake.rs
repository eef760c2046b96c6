//! The scripted server behind the unit tests of all messengers: it records calls and gives the answers that a test sets.

use std::convert::Infallible;
use std::future::Future;
use std::sync::{Arc, Mutex};

use base::config::Config;
use base::http_client::HttpClients;
use bytes::Bytes;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A scripted answer.
#[derive(Clone, Debug)]
pub enum Answer {
    Json(u16, Value),
    Text(u16, &'static str),
    /// 429 with `Retry-After`.
    Limited(u64, Value),
    /// Closes the connection after reading the request.
    Reset,
    /// Closes the connection before reading the body; the call is not recorded.
    Deaf,
}

/// A recorded call.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The HTTP method.
    pub method: String,
    /// Without the server's root, with its query.
    pub path: String,
    pub authorization: Option<String>,
    pub bytes: Vec<u8>,
    /// The fields of a JSON object, or the texts of a multipart form: as JSON where they are.
    pub parameters: Map<String, Value>,
    pub file: Option<FormFile>,
}

impl Call {
    /// `POST /messages?chat_id=1`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path without its query.
    pub fn resource(&self) -> &str {
        self.path.split('?').next().unwrap()
    }

    /// The last segment of the path.
    pub fn name(&self) -> &str {
        self.resource().trim_end_matches('/').rsplit('/').next().unwrap()
    }

    pub fn query(&self) -> &str {
        self.path.split_once('?').map_or("", |(_, query)| query)
    }

    /// The body as JSON, or null; the texts of a multipart form.
    pub fn body(&self) -> Value {
        match self.file {
            Some(_) => Value::Object(self.parameters.clone()),
            None => serde_json::from_slice(&self.bytes).unwrap_or_default(),
        }
    }

    async fn read(&mut self, kind: &str, body: Vec<u8>) {
        match form(kind, &body).await {
            None => self.parameters = serde_json::from_slice(&body).unwrap_or_default(),
            Some((texts, file)) => {
                let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
                self.parameters = texts.into_iter().map(|(name, text)| (name, value(text))).collect();
                self.file = file;
            }
        }
        self.bytes = body;
    }
}

/// How a messenger's server behaves if a test sets nothing.
#[derive(Clone, Copy)]
pub struct Messenger {
    /// The start of every path, which is not recorded.
    pub root: &'static str,
    /// The answers to calls that are neither scripted nor recorded.
    pub always: fn(&Call) -> Option<Value>,
    /// The answer to the last of these calls.
    pub usual: fn(&Url, &[Call]) -> Answer,
}

#[derive(Default)]
struct Script {
    /// Answers with the calls that they are for.
    answers: Vec<(&'static str, Answer)>,
    calls: Vec<Call>,
}

/// Clients of a server in its usual network.
pub fn http() -> HttpClients {
    HttpClients::new(&Config::from_toml("").unwrap().network).unwrap()
}

/// The server.
#[derive(Clone)]
pub struct Fake {
    pub base: Url,
    messenger: Messenger,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub async fn start(messenger: Messenger, answers: impl IntoIterator<Item = Answer>) -> Self {
        let (listener, base) = bind().await;
        let fake = Self { base: Url::parse(&base).unwrap(), messenger, script: Arc::default() };
        answers.into_iter().for_each(|answer| fake.answers("", answer));
        let serving = fake.clone();
        listen(listener, move |exchange| serving.clone().serve(exchange));
        fake
    }

    /// Sets the next answer to a call: `what` is the last segment of its path, a part of its line if that contains a
    /// slash or a space, or empty for any call.
    pub fn answers(&self, what: &'static str, answer: Answer) {
        self.script.lock().unwrap().answers.push((what, answer));
    }

    /// The same with JSON.
    pub fn next(&self, what: &'static str, status: u16, body: Value) {
        self.answers(what, Answer::Json(status, body));
    }

    pub fn calls(&self) -> Vec<Call> {
        self.script.lock().unwrap().calls.clone()
    }

    /// The lines of all calls.
    pub fn lines(&self) -> Vec<String> {
        self.calls().iter().map(Call::line).collect()
    }

    /// The last segments of their paths, which are methods at some messengers.
    pub fn methods(&self) -> Vec<String> {
        self.calls().iter().map(|call| call.name().to_owned()).collect()
    }

    /// The only recorded call.
    #[track_caller]
    pub fn call(&self) -> Call {
        let calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:#?}");
        calls.into_iter().next().unwrap()
    }

    async fn serve(self, mut exchange: Exchange) -> Option<()> {
        let (method, path) = exchange.request_line().await?;
        let path = path.strip_prefix(self.messenger.root).unwrap_or(&path).to_owned();
        let authorization = exchange.header("authorization").map(str::to_owned);
        let mut call = Call { method, path, authorization, ..Call::default() };
        if let Some(answer) = (self.messenger.always)(&call) {
            exchange.body().await?;
            return exchange.answer(200, "", &answer.to_string()).await;
        }
        let scripted = self.scripted(&call);
        if let Some(Answer::Deaf) = scripted {
            return None;
        }
        let body = exchange.body().await?;
        call.read(exchange.header("content-type").unwrap_or_default(), body).await;
        let calls = {
            let mut script = self.script.lock().unwrap();
            script.calls.push(call);
            script.calls.clone()
        };
        let (status, headers, body) = match scripted.unwrap_or_else(|| (self.messenger.usual)(&self.base, &calls)) {
            Answer::Json(status, body) => (status, String::new(), body.to_string()),
            Answer::Text(status, body) => (status, String::new(), body.to_owned()),
            Answer::Limited(seconds, body) => (429, format!("retry-after: {seconds}\r\n"), body.to_string()),
            Answer::Reset | Answer::Deaf => return None,
        };
        exchange.answer(status, &headers, &body).await
    }

    fn scripted(&self, call: &Call) -> Option<Answer> {
        let (line, name) = (call.line(), call.name());
        let is_for = |what: &str| what.is_empty() || what == name || what.contains(['/', ' ']) && line.contains(what);
        let mut script = self.script.lock().unwrap();
        let at = script.answers.iter().position(|(what, _)| is_for(what))?;
        Some(script.answers.remove(at).1)
    }
}

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
