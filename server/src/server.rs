//! The running server: database, writers, workers and HTTP, started and stopped in their order.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as HttpApp, HttpServer, web};
use anyhow::Context;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::worker::Worker;
use crate::fault::Faults;
use crate::routes;
use crate::shed;
use crate::spool;
use crate::store::{self, Store};
use crate::vault::Vault;

/// How long requests that were accepted may take to end after a stop was asked for.
const DRAIN: Duration = Duration::from_secs(5);
/// A database that is away is looked for this often.
const LOOK: Duration = Duration::from_secs(1);

/// What differs between a service, a demo and a test.
#[derive(Clone, Debug)]
pub struct Options {
    pub clock: Clock,
    pub faults: Faults,
    /// False: letters wait until somebody carries them by hand.
    pub deliver: bool,
    /// HTTP worker threads.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { clock: Clock::system(), faults: Faults::default(), deliver: true, threads }
    }
}

/// A server that accepts requests. Dropping it without [`Running::stop`] is as harmless as a crash.
pub struct Running {
    pub app: Arc<App>,
    url: String,
    ops_url: Option<String>,
    handles: Vec<ServerHandle>,
    tasks: JoinSet<()>,
    failed: oneshot::Receiver<anyhow::Error>,
    _lock: store::ServeLock,
    _spool: Option<spool::Lock>,
}

impl Running {
    /// Where it listens, e.g. `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where `/metrics` and `/readyz` are, when they have an address of their own.
    pub fn ops_url(&self) -> Option<&str> {
        self.ops_url.as_deref()
    }

    /// Gives why it cannot go on, should that be so: the database that it waited for is none it may use.
    pub async fn failed(&mut self) -> anyhow::Error {
        match (&mut self.failed).await {
            Ok(why) => why,
            Err(_) => std::future::pending().await,
        }
    }

    /// Ends politely: no new connections, accepted requests are answered, what is on its way is settled.
    pub async fn stop(mut self) {
        self.app.stop.cancel();
        for handle in &self.handles {
            // Graceful, but a customer's open event stream must not hold it up: streams watch `app.stop`.
            let _ = tokio::time::timeout(DRAIN, handle.stop(true)).await;
            handle.stop(false).await;
        }
        while self.tasks.join_next().await.is_some() {}
        if self.app.store.is_open()
            && let Err(error) = crate::holes::leave(&self.app).await
        {
            tracing::warn!(%error, "that this process stopped in order could not be written down; chats are compared once too often");
        }
        self.app.store.close().await;
    }
}

/// Opens the database, brings it up to date and serves at `server.listen`.
pub async fn start(config: Config, options: Options) -> anyhow::Result<Running> {
    let listener = listen(&config.server.listen)?;
    start_on(listener, config, options).await
}

/// The same on a socket that listens already, so that its address can be in the configuration.
///
/// With a spool it does not need PostgreSQL to begin: amoCRM sends every hook once, so hooks are taken to the disk until
/// it is there.
pub async fn start_on(listener: TcpListener, config: Config, options: Options) -> anyhow::Result<Running> {
    let spooled = !config.database.is_sqlite() && !config.spool.dir.as_os_str().is_empty();
    let store = match ready(&config, &options.clock).await {
        Err(error) if spooled && store::is_away(&error) => {
            let why = format!("{error:#}");
            tracing::error!(
                error = why,
                "the database is away: until it is there hooks of amoCRM go to the spool, all else is refused"
            );
            Store::away(&config.database, options.clock.clone()).await?
        }
        ready => ready?,
    };
    let vault = Vault::open(&config.secrets, config.database.is_sqlite())?;
    let lock = store.lock_for_serving()?;
    let app = App::new(config, store, vault, options.faults)?;
    if app.store.is_sqlite() {
        let voided = app.queue.void_leases().await?;
        if voided > 0 {
            tracing::warn!(lanes = voided, "the last process ended while it carried; outcomes are found out first");
        }
    }

    let spool = app.spool.claim(&app.config.spool, &app.faults);

    let mut tasks = JoinSet::new();
    tasks.spawn(app.metrics.clone().keep_up(app.stop.clone()));
    tasks.spawn(app.traces.clone().run(app.stop.clone()));
    let (fails, failed) = oneshot::channel();
    tasks.spawn(work(app.clone(), options.deliver, fails));

    listener.set_nonblocking(true).context("the listening socket")?;
    let url = format!("http://{}", listener.local_addr().context("the listening address")?);
    let ops = app.config.server.ops_listen.clone();
    let mut handles = vec![serve(&app, listener, options.threads, ops.is_none())?];
    let mut ops_url = None;
    if let Some(address) = ops {
        let listener = listen(&address)?;
        listener.set_nonblocking(true).context("the operators' socket")?;
        ops_url = Some(format!("http://{}", listener.local_addr().context("the operators' address")?));
        handles.push(serve_ops(&app, listener)?);
    }
    Ok(Running { app, url, ops_url, handles, tasks, failed, _lock: lock, _spool: spool })
}

/// The database, seen and up to date.
async fn ready(config: &Config, clock: &Clock) -> anyhow::Result<Store> {
    let store = Store::open(&config.database, clock.clone()).await?;
    if config.database.migrate {
        store::migrate(&store).await.context("the database could not be brought up to date")?;
    } else {
        let pending = store::pending_migrations(&store).await?;
        anyhow::ensure!(pending == 0, "{pending} migrations are not applied; make a backup, then run: parom migrate");
    }
    Ok(store)
}

/// Everything that is done beside answering requests, from the moment on at which the database is there.
async fn work(app: Arc<App>, deliver: bool, fails: oneshot::Sender<anyhow::Error>) {
    while !app.store.is_open() {
        if app.stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
        match ready(&app.config, &app.clock).await {
            Ok(seen) => {
                seen.close().await;
                app.store.opened();
                tracing::warn!(hooks = app.spool.waiting(), "the database is there");
            }
            Err(error) if store::is_away(&error) => {}
            Err(error) => {
                let _ = fails.send(error);
                return;
            }
        }
    }
    let mut tasks = begun(&app, deliver);
    while tasks.join_next().await.is_some() {}
}

fn begun(app: &Arc<App>, deliver: bool) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(crate::intake::ladder::drain(app.clone(), app.stop.clone()));
    tasks.spawn(store::checkpoint::run(app.store.clone(), app.stop.clone()));
    tasks.spawn(crate::tenant::install::run(app.clone(), app.stop.clone()));
    tasks.spawn(crate::people::sweep::run(app.clone(), app.stop.clone()));
    if deliver {
        tasks.spawn(Worker::new(app.clone()).run(app.stop.clone()));
        tasks.spawn(crate::delivery::wake::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::media::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::source::reconcile::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::source::line::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::tenant::watch::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::tenant::subscription::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::contact::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::source_notices::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::import::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::holes::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::alert_letters::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::delivery::balance::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::delivery::gauges::run(app.clone(), app.stop.clone()));
        tasks.spawn(shed::watch(app.clone(), app.stop.clone()));
        tasks.spawn(crate::delivery::replay::run(app.clone(), app.stop.clone()));
        tasks.spawn(crate::retention::run(app.clone(), app.stop.clone()));
    }
    tasks
}

fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

fn serve(app: &Arc<App>, listener: TcpListener, threads: usize, with_ops: bool) -> anyhow::Result<ServerHandle> {
    let data = web::Data::from(app.clone());
    let server = HttpServer::new(move || {
        HttpApp::new()
            .app_data(data.clone())
            .wrap(from_fn(shed::gate))
            .wrap(from_fn(routes::secure_headers))
            .configure(routes::public)
            .configure(|config| {
                if with_ops {
                    routes::operators(config);
                }
            })
            .default_service(web::to(routes::nothing_here))
    })
    .workers(threads)
    .client_request_timeout(Duration::from_secs(5))
    .shutdown_timeout(DRAIN.as_secs())
    .disable_signals()
    .listen(listener)
    .context("the HTTP server")?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}

fn serve_ops(app: &Arc<App>, listener: TcpListener) -> anyhow::Result<ServerHandle> {
    let data = web::Data::from(app.clone());
    let server = HttpServer::new(move || {
        HttpApp::new()
            .app_data(data.clone())
            .configure(routes::operators)
            .default_service(web::to(routes::nothing_here))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .context("the operators' HTTP server")?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}
