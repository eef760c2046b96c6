//! What is turned away when there is too much, and in which order: pages first, then the public API, then messengers, whose
//! webhooks come again. amoCRM's hooks come once: they are never turned away here (`intake::ladder` keeps them). So are
//! installs and what operators look at.
//!
//! One number says how much there is: the most of the bytes of requests on their way, the bytes that wait for the writer,
//! and how long the running commit has taken. The disk counts apart: it fills by what is taken in, not by what is looked at.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Error;
use crate::words::{CRM, Language, Words};

/// Bytes of requests on their way at which everything but hooks is turned away.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;
/// More of one request is never in memory at once.
const ONE_REQUEST: usize = 1024 * 1024;
/// A request that does not say how long it is.
const UNSAID: usize = 16 * 1024;
/// A commit that runs so long means that nothing more is taken. amoCRM's hooks went to the spool long before.
const SLOW: Duration = Duration::from_secs(5);
/// One that runs so long means that nothing can be changed at present.
const STILL: Duration = Duration::from_millis(2_500);
/// The disk is looked at this often.
const LOOK: Duration = Duration::from_secs(10);
/// A larger disk counts as one of this size: a tenth of a terabyte is room enough.
const LARGE: u64 = 40 * 1024 * 1024 * 1024;
/// Whoever is turned away may come again after so many seconds.
const AGAIN: &str = "5";

/// What a request is, in the order in which it is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What people look at.
    Page,
    /// The public API.
    Api,
    /// What messengers and customers bring.
    Messenger,
    /// Never turned away.
    Always,
}

impl Class {
    /// By method and path.
    pub fn of(method: &Method, path: &str) -> Self {
        let brings = *method == Method::POST;
        match path.split('/').nth(1).unwrap_or_default() {
            "hooks" => Self::Messenger,
            "chat" if brings => Self::Messenger,
            "api" => Self::Api,
            "panel" | "chat" | "widget" => Self::Page,
            _ => Self::Always,
        }
    }

    /// What is done before the database was seen: amoCRM's hooks go to the spool, operators are told how it stands.
    fn does_without_database(path: &str) -> bool {
        matches!(path.split('/').nth(1), Some("location" | "healthz" | "readyz" | "metrics"))
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Messenger => "messenger",
            Self::Always => "always",
        }
    }

    /// Hundredths of what there can be, from which on it is turned away.
    const fn bound(self) -> usize {
        match self {
            Self::Page => 50,
            Self::Api => 70,
            Self::Messenger => 85,
            Self::Always => usize::MAX,
        }
    }

    /// Hundredths of the disk that must be free to take it in.
    const fn disk(self) -> u8 {
        match self {
            Self::Api => 10,
            Self::Messenger => 5,
            Self::Page | Self::Always => 0,
        }
    }
}

/// How much there is. Clones count together.
#[derive(Clone, Debug)]
pub struct Load(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    bytes: AtomicUsize,
    /// Hundredths of the disk.
    free: AtomicU8,
}

impl Default for Load {
    fn default() -> Self {
        Self(Arc::new(Counts { bytes: AtomicUsize::new(0), free: AtomicU8::new(100) }))
    }
}

/// Bytes on their way; gives them back when dropped.
#[derive(Debug)]
pub struct Under {
    load: Load,
    bytes: usize,
}

impl Drop for Under {
    fn drop(&mut self) {
        self.load.0.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Load {
    /// Counts a request's bytes for as long as what is given lives.
    pub fn enter(&self, bytes: usize) -> Under {
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
        Under { load: self.clone(), bytes }
    }

    /// Notes how many hundredths of the disk are free.
    pub fn disk_has(&self, hundredths: u8) {
        self.0.free.store(hundredths, Ordering::Relaxed);
    }

    /// Hundredths of what there can be, by requests alone.
    fn of_requests(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed) * 100 / MOST_BYTES
    }

    fn free(&self) -> u8 {
        self.0.free.load(Ordering::Relaxed)
    }
}

/// Whether a request is turned away while there is so much (in hundredths) and so much of the disk is free.
fn turned_away(class: Class, method: &Method, much: usize, free: u8) -> bool {
    // Looking at something fills no disk.
    let takes_in = !matches!(*method, Method::GET | Method::HEAD);
    much >= class.bound() || (takes_in && free < class.disk())
}

fn is_panel(path: &str) -> bool {
    path.split('/').nth(1) == Some("panel")
}

/// How much there is, in hundredths of what there can be. The panel needs no commit to be looked at, and says itself when
/// nothing can be changed.
fn much(app: &App, path: &str) -> usize {
    let running = if is_panel(path) { Duration::ZERO } else { app.writer.running_for() };
    let slow = usize::try_from(running.as_millis() * 100 / SLOW.as_millis()).unwrap_or(usize::MAX);
    app.load.of_requests().max(app.writer.filled()).max(slow)
}

/// Whether the database takes nothing right now: pages can be looked at, and what is changed waits for it.
pub fn is_read_only(app: &App) -> bool {
    !app.store.is_open() || app.spool.waiting() > 0 || app.writer.running_for() >= STILL || app.writer.refused_lately()
}

/// Lets a request through or turns it away, and counts it while it is on its way.
pub async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let class = Class::of(request.method(), request.path());
    let without = !app.store.is_open() && !Class::does_without_database(request.path());
    if without || turned_away(class, request.method(), much(&app, request.path()), app.load.free()) {
        metrics::counter!("parom_shed_total", "class" => class.word()).increment(1);
        let answer = busy(class, &request);
        return Ok(request.into_response(answer));
    }
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let bytes = match told.map(str::parse::<usize>) {
        Some(Ok(told)) => told.min(ONE_REQUEST),
        _ if matches!(*request.method(), Method::GET | Method::HEAD) => 0,
        _ => UNSAID,
    };
    let _under = app.load.enter(bytes);
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

fn busy(class: Class, request: &ServiceRequest) -> HttpResponse {
    let words = Words::new(Language::accepted(request.headers()));
    if class == Class::Api {
        return Error::not_storing().answer(words, CRM);
    }
    HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
        .insert_header((header::RETRY_AFTER, AGAIN))
        .content_type("text/plain; charset=utf-8")
        .body(format!("{}\n", words.say("page-busy")))
}

/// Looks at the disks that messages lie on until the stop.
pub async fn watch(app: Arc<App>, stop: CancellationToken) {
    let mut places: Vec<PathBuf> = app.store.file().map(PathBuf::from).into_iter().collect();
    places.push(app.config.spool.dir.clone());
    let places: Vec<PathBuf> = places.into_iter().filter(|place| !place.as_os_str().is_empty()).collect();
    loop {
        let all = places.clone();
        let free = tokio::task::spawn_blocking(move || all.iter().filter_map(|place| free(place)).min()).await;
        if let Ok(Some(free)) = free {
            app.load.disk_has(free);
            metrics::gauge!("parom_disk_free_percent").set(f64::from(free));
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}

/// Hundredths of the disk of a place, or of the folder it will be in.
fn free(place: &std::path::Path) -> Option<u8> {
    let whole = std::path::absolute(place).ok()?;
    let standing = whole.ancestors().find(|one| one.exists())?;
    hundredths(fs4::total_space(standing).ok()?, fs4::available_space(standing).ok()?)
}

fn hundredths(all: u64, free: u64) -> Option<u8> {
    let all = all.min(LARGE);
    u8::try_from(free.min(all).saturating_mul(100).checked_div(all)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away(much: usize, free: u8) -> Vec<Class> {
        let all = [Class::Page, Class::Api, Class::Messenger, Class::Always];
        all.into_iter().filter(|class| turned_away(*class, &Method::POST, much, free)).collect()
    }

    #[test]
    fn pages_go_first_and_hooks_never() {
        assert_eq!(away(49, 100), []);
        assert_eq!(away(50, 100), [Class::Page]);
        assert_eq!(away(70, 100), [Class::Page, Class::Api]);
        assert_eq!(away(85, 100), [Class::Page, Class::Api, Class::Messenger]);
        assert_eq!(away(10_000, 0), [Class::Page, Class::Api, Class::Messenger]);
    }

    #[test]
    fn a_full_disk_stops_what_is_taken_in_and_nobody_who_looks() {
        assert_eq!(away(0, 10), []);
        assert_eq!(away(0, 9), [Class::Api]);
        assert_eq!(away(0, 4), [Class::Api, Class::Messenger]);
        assert!(!turned_away(Class::Api, &Method::GET, 0, 0));
    }

    #[test]
    fn a_large_disk_has_room_with_little_of_it_free() {
        const GIB: u64 = 1024 * 1024 * 1024;
        assert_eq!(hundredths(20 * GIB, GIB), Some(5));
        assert_eq!(hundredths(1024 * GIB, 46 * GIB), Some(100));
        assert_eq!(hundredths(1024 * GIB, 2 * GIB), Some(5));
        assert_eq!(hundredths(0, 0), None);
    }

    #[test]
    fn requests_are_told_apart() {
        let of = |method, path| Class::of(&method, path);
        assert_eq!(of(Method::POST, "/location/scope"), Class::Always);
        assert_eq!(of(Method::POST, "/crm/hooks/token"), Class::Always);
        assert_eq!(of(Method::GET, "/oauth/callback"), Class::Always);
        assert_eq!(of(Method::GET, "/admin/queues"), Class::Always);
        assert_eq!(of(Method::GET, "/metrics"), Class::Always);
        assert_eq!(of(Method::POST, "/hooks/telegram/1"), Class::Messenger);
        assert_eq!(of(Method::POST, "/chat/1/messages"), Class::Messenger);
        assert_eq!(of(Method::GET, "/chat/1"), Class::Page);
        assert_eq!(of(Method::GET, "/panel/messages"), Class::Page);
        assert_eq!(of(Method::POST, "/widget/v1/session"), Class::Page);
        assert_eq!(of(Method::POST, "/api/v1/sources/1/messages"), Class::Api);
    }

    #[test]
    fn what_is_over_counts_no_more() {
        let load = Load::default();
        let first = load.enter(MOST_BYTES / 2);
        assert_eq!(load.of_requests(), 50);
        drop(first);
        assert_eq!(load.of_requests(), 0);
    }
}
