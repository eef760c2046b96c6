//! A misbehaving file server: wrong lengths, truncated files, redirects. Hand-written, because no library sends invalid
//! responses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::Served;

/// The response for a path.
#[derive(Clone, Debug)]
pub struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// The value of `Content-Length`; `None`: chunked.
    told: Option<usize>,
    /// The body never ends.
    endless: bool,
    /// The response waits until released.
    held: bool,
}

impl Page {
    /// A file with the correct length.
    pub fn file(mime_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let headers = vec![("Content-Type".to_owned(), mime_type.to_owned())];
        Self { status: 200, headers, told: Some(body.len()), body, endless: false, held: false }
    }

    /// A response without a body.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), told: Some(0), endless: false, held: false }
    }

    /// A redirect.
    pub fn to(location: &str) -> Self {
        Self::status(302).with("Location", location)
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Announces a wrong length.
    #[must_use]
    pub fn telling(self, length: usize) -> Self {
        Self { told: Some(length), ..self }
    }

    /// Announces no length.
    #[must_use]
    pub fn chunked(self) -> Self {
        Self { told: None, ..self }
    }

    /// Waits until released.
    #[must_use]
    pub fn held(self) -> Self {
        Self { held: true, ..self }
    }

    /// Announces no length and repeats its body until the client disconnects.
    #[must_use]
    pub fn endless(self) -> Self {
        Self { told: None, endless: true, ..self }
    }
}

/// A received request: its first line and headers.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub head: String,
}

struct State {
    pages: BTreeMap<String, Vec<Page>>,
    asked: Vec<Asked>,
    gate: Arc<Semaphore>,
}

/// The running server; its address may be any of the loopback network. Stops when dropped.
pub struct FileHost {
    state: Arc<Mutex<State>>,
    address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for FileHost {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FileHost {
    /// Starts one at 127.0.0.1.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1").await
    }

    /// Starts one at another address.
    pub async fn start_at(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).await.expect("a port for the file host");
        let address = listener.local_addr().expect("its address");
        let state = State { pages: BTreeMap::new(), asked: Vec::new(), gate: Arc::new(Semaphore::new(0)) };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { state, address, task }
    }

    /// Sets the responses of a path: sent one after the other, the last one repeatedly.
    pub fn puts(&self, path: &str, pages: impl IntoIterator<Item = Page>) -> String {
        let at = path.split('?').next().unwrap_or(path).to_owned();
        self.state.lock().unwrap().pages.insert(at, pages.into_iter().collect());
        self.url(path)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// Releases one waiting response.
    pub fn releases(&self) {
        self.state.lock().unwrap().gate.add_permits(1);
    }

    /// The number of requests to a path.
    pub fn count(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.path == path).count()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let (page, gate) = {
        let mut state = state.lock().unwrap();
        state.asked.push(Asked { path: path.clone(), head });
        let pages = state.pages.get_mut(path.split('?').next().unwrap_or_default());
        let page = pages.map(|pages| if pages.len() > 1 { pages.remove(0) } else { pages[0].clone() });
        (page.unwrap_or_else(|| Page::status(404)), state.gate.clone())
    };
    if page.held {
        gate.acquire().await.expect("the gate stays").forget();
    }
    // A client may disconnect early.
    let _ = answer(&mut stream, page).await;
}

async fn answer(stream: &mut TcpStream, page: Page) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", page.status);
    for (name, value) in &page.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match page.told {
        Some(told) => head.push_str(&format!("Content-Length: {told}\r\n\r\n")),
        None => head.push_str("Transfer-Encoding: chunked\r\n\r\n"),
    }
    stream.write_all(head.as_bytes()).await?;
    if page.told.is_some() {
        stream.write_all(&page.body).await?;
        return stream.shutdown().await;
    }
    loop {
        stream.write_all(format!("{:x}\r\n", page.body.len()).as_bytes()).await?;
        stream.write_all(&page.body).await?;
        stream.write_all(b"\r\n").await?;
        if !page.endless {
            stream.write_all(b"0\r\n\r\n").await?;
            return stream.shutdown().await;
        }
    }
}

// A foreign web site with its own address.

/// A page and its Content-Security-Policy; empty if none.
type Pages = Arc<Mutex<BTreeMap<String, (String, String)>>>;

/// A site controlled by the test. Stops when dropped.
pub struct Site {
    pages: Pages,
    server: Served,
}

impl Site {
    /// Starts one without pages.
    pub fn start() -> Self {
        let pages = Pages::default();
        let data = web::Data::new(pages.clone());
        let server = Served::start(move |routes| {
            routes.app_data(data.clone()).default_service(web::to(show));
        });
        Self { pages, server }
    }

    /// Sets or replaces the page of a path.
    pub fn writes(&self, path: &str, html: &str, policy: &str) {
        self.pages.lock().unwrap().insert(path.to_owned(), (html.to_owned(), policy.to_owned()));
    }

    /// The address of a path: another origin than the server's on the same site (same machine, another port).
    pub fn neighbour(&self, path: &str) -> String {
        format!("{}{path}", self.server.url)
    }

    /// The same page under the name of another site.
    pub fn stranger(&self, path: &str) -> String {
        self.neighbour(path).replacen("127.0.0.1", "localhost", 1)
    }
}

async fn show(pages: web::Data<Pages>, request: HttpRequest) -> HttpResponse {
    let page = pages.lock().unwrap().get(request.path()).cloned();
    let Some((html, policy)) = page else { return HttpResponse::NotFound().finish() };
    let mut answer = HttpResponse::Ok();
    if !policy.is_empty() {
        answer.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    answer.content_type("text/html; charset=utf-8").body(html)
}
