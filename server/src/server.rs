//! The running server: starts and stops database, writers, workers and HTTP in order.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App as HttpApp, HttpServer, web};
use anyhow::Context;
use base::clock::Clock;
use base::config::{Config, ConfigError};
use base::fault::Faults;
use base::store::{self, Store};
use base::supervisor::detach;
use base::vault::Vault;
use base::{spool, telemetry};
use connectors::Connector;
use domain::delivery::worker::Worker;
use domain::identity::slot;
use domain::load_shedding::connections::Connections;
use domain::platform::PlatformContext;
use domain::tenant::channels;
use domain::{integrations, load_shedding};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::http_workers::HttpWorkers;
use crate::routes;

mod rounds;

/// Time limit for requests in progress after a stop was requested.
const DRAIN: Duration = Duration::from_secs(5);
/// Interval between attempts to reach an unavailable database.
const LOOK: Duration = Duration::from_secs(1);

/// Differences between a service, a demo and a test.
#[derive(Clone)]
pub struct ServerOptions {
    pub clock: Clock,
    pub faults: Faults,
    /// False: letters wait until delivered by hand.
    pub deliver: bool,
    /// HTTP worker threads.
    pub threads: usize,
    /// Messengers from other crates, beside the built-in ones.
    pub more_connectors: Vec<Arc<dyn Connector>>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { clock: Clock::system(), faults: Faults::default(), deliver: true, threads, more_connectors: Vec::new() }
    }
}

/// A server that accepts requests. Dropping it without [`Running::stop`] is equivalent to a crash, and as safe.
pub struct Running {
    pub app: Arc<App>,
    url: String,
    ops_url: Option<String>,
    workers: HttpWorkers,
    handles: Vec<ServerHandle>,
    tasks: JoinSet<()>,
    failed: mpsc::Receiver<anyhow::Error>,
    _lock: store::ServeLock,
    _spool: Option<spool::Lock>,
}

impl Running {
    /// The listening address, e.g. `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The threads that answer the public address.
    pub fn workers(&self) -> &HttpWorkers {
        &self.workers
    }

    /// The address of `/metrics` and `/readyz`, if separate.
    pub fn ops_url(&self) -> Option<&str> {
        self.ops_url.as_deref()
    }

    /// Waits for a fatal error: the database is unusable, or the HTTP server no longer listens.
    pub async fn failed(&mut self) -> anyhow::Error {
        match self.failed.recv().await {
            Some(why) => why,
            None => std::future::pending().await,
        }
    }

    /// Accepts no more connections: they wait at the socket, for the next process where the service manager holds it.
    /// Those that were accepted are still served; [`Running::stop`] closes them unless their request is under way.
    pub async fn pause(&self) {
        for handle in &self.handles {
            handle.pause().await;
        }
    }

    /// Shuts down gracefully: no new connections, accepted requests are answered, deliveries in progress are settled.
    pub async fn stop(mut self) {
        self.app.stop.cancel();
        for handle in &self.handles {
            // Bounded, so that an open event stream cannot block it: streams watch `app.stop`. A server that has stopped is
            // not asked again: a command that it receives while it ends may never be answered.
            if tokio::time::timeout(DRAIN, handle.stop(true)).await.is_err() {
                let _ = tokio::time::timeout(DRAIN, handle.stop(false)).await;
            }
        }
        while self.tasks.join_next().await.is_some() {}
        if self.app.store.is_open() {
            domain::source::observations::write_proofs(&self.app.sources).await;
        }
        if self.app.store.is_open()
            && let Err(error) = domain::missed_hooks::leave(&self.app.intake).await
        {
            tracing::warn!(%error, "this process's clean shutdown could not be stored; chats will be compared once more than necessary");
        }
        self.app.store.close().await;
    }
}

/// Opens and migrates the database and serves at `server.listen`.
pub async fn start(config: Config, options: ServerOptions) -> anyhow::Result<Running> {
    let listener = listen(&config.server.listen)?;
    start_on(listener, config, options).await
}

/// [`start`] on a socket that already listens, so that its address can be in the configuration.
///
/// With a spool it starts without PostgreSQL: amoCRM sends every hook once, so hooks go to disk meanwhile.
pub async fn start_on(listener: TcpListener, config: Config, options: ServerOptions) -> anyhow::Result<Running> {
    let spooled = !config.database.is_sqlite() && !config.spool.dir.as_os_str().is_empty();
    let store = match ready(&config, &options.clock).await {
        Err(error) if spooled && store::is_unavailable(&error) => {
            let why = format!("{error:#}");
            tracing::error!(
                error = why,
                "the database is unavailable: hooks from amoCRM are spooled, all other requests are rejected"
            );
            Store::away(&config.database, options.clock.clone()).await?
        }
        ready => ready?,
    };
    let vault = match store.is_open() {
        true => domain::rotation::open(&config, &store).await?,
        false => Vault::open(&config.secrets, false)?,
    };
    let lock = store.lock_for_serving()?;
    let app = App::with_connectors(config, store, vault, options.faults, options.more_connectors)?;
    if app.store.is_open() {
        domain::rotation::load(&app).await.context("the keys that were replaced cannot be read")?;
        domain::integrations::load(&app).await.context("the stored integrations cannot be read")?;
    }
    let spool = app.spool.claim(&app.config.spool, &app.faults);
    let earlier = spool.as_ref().and_then(|lock| earlier_life(&app, lock));
    if app.store.is_open() {
        void_leases(&app, earlier).await?;
        domain::tenant::channels::resume_configured(&app).await?;
    }

    let mut tasks = JoinSet::new();
    keep(&mut tasks, &app, "metrics", &app.platform, |app, stop| app.metrics.clone().keep_up(stop));
    keep(&mut tasks, &app, "traces", &app.platform, |app, stop| app.traces.clone().run(stop));
    let (fails, failed) = mpsc::channel(1);
    let work_fails = fails.clone();
    keep(&mut tasks, &app, "work", &app, move |app, _| work(app, options.deliver, earlier, work_fails.clone()));

    listener.set_nonblocking(true).context("the listening socket")?;
    let url = format!("http://{}", listener.local_addr().context("the listening address")?);
    let ops = app.config.server.ops_listen.clone();
    let workers = HttpWorkers::default();
    let mut handles = vec![serve(&app, listener, options.threads, &workers, &fails)?];
    let mut ops_url = None;
    if let Some(address) = ops {
        let listener = listen(&address)?;
        listener.set_nonblocking(true).context("the operators' socket")?;
        ops_url = Some(format!("http://{}", listener.local_addr().context("the operators' address")?));
        handles.push(serve_ops(&app, listener, &workers, &fails)?);
    }
    Ok(Running { app, url, ops_url, workers, handles, tasks, failed, _lock: lock, _spool: spool })
}

/// The database, reachable and migrated.
async fn ready(config: &Config, clock: &Clock) -> anyhow::Result<Store> {
    let store = Store::open(&config.database, clock.clone()).await?;
    if config.database.migrate {
        store::migrate(&store).await.context("the database could not be brought up to date")?;
    } else {
        let pending = store::pending_migrations(&store).await?;
        anyhow::ensure!(pending == 0, "the database's schema is out of date; make a backup, then run: parom migrate");
    }
    Ok(store)
}

/// The same, with values that our keys open.
async fn unsealable(app: &App) -> anyhow::Result<Store> {
    let store = ready(&app.config, &app.clock).await?;
    domain::rotation::open(&app.config, &store).await?;
    Ok(store)
}

/// The dead process that owned our spool folder before.
fn earlier_life(app: &App, lock: &spool::Lock) -> Option<Uuid> {
    lock.succeed(app.queue.instance()).unwrap_or_else(|error| {
        tracing::warn!(%error, "the previous owner of the spool folder is unknown; its letters wait until its leases expire");
        None
    })
}

/// Ends the leases of a dead process: on SQLite all, on PostgreSQL those of our own predecessor. Other leases expire.
async fn void_leases(app: &App, earlier: Option<Uuid>) -> anyhow::Result<()> {
    let voided = match earlier {
        _ if app.store.is_sqlite() => app.queue.void_leases().await?,
        Some(earlier) => app.queue.void_leases_of(earlier).await?,
        None => 0,
    };
    if voided > 0 {
        tracing::warn!(lanes = voided, "the previous process died during calls; their outcomes are resolved first");
    }
    Ok(())
}

/// Runs all background work once the database is available.
async fn work(app: Arc<App>, deliver: bool, earlier: Option<Uuid>, fails: mpsc::Sender<anyhow::Error>) {
    while !app.store.is_open() {
        if app.stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
        match unsealable(&app).await {
            Ok(seen) => {
                if let Err(error) = domain::rotation::open(&app.config, &seen).await {
                    let _ = fails.send(error).await;
                    return;
                }
                app.store.opened(&seen);
                seen.close().await;
                if let Err(error) = domain::rotation::load(&app).await {
                    tracing::error!(%error, "the keys that were replaced cannot be read; links that they signed do not work until the next start");
                }
                if let Err(error) = domain::tenant::channels::resume_configured(&app).await {
                    tracing::warn!(%error, "channels that the configuration lists again go on at the next start only");
                }
                if let Err(error) = void_leases(&app, earlier).await {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "leases of the previous process could not be revoked; they will expire"
                    );
                }
                tracing::warn!(hooks = app.spool.waiting(), "the database is available");
            }
            Err(error) if store::is_unavailable(&error) => {}
            Err(error) => {
                let _ = fails.send(error).await;
                app.stop.cancelled().await;
                return;
            }
        }
    }
    let mut tasks = begun(&app, deliver);
    while tasks.join_next().await.is_some() {}
}

/// Everything that runs for the life of the process, besides the work of requests.
fn begun(app: &Arc<App>, deliver: bool) -> JoinSet<()> {
    let mut all = JoinSet::new();
    let tasks = &mut all;
    keep(tasks, app, "spool", &app.intake, domain::intake::crm::spool::drain);
    keep(tasks, app, "checkpoint", &app.platform, |app, stop| store::keep_checkpointing(app.store.clone(), stop));
    keep(tasks, app, "installs", &app.tenants, domain::tenant::install::run);
    keep(tasks, app, "integrations", &app.platform, domain::integrations::follow);
    keep(tasks, app, "keys", &app.platform, domain::rotation::follow);
    keep(tasks, app, "task_alerts", &app.platform, domain::alert::watch_tasks);
    keep(tasks, app, "rounds", app, move |app, stop| rounds::run(app, deliver, stop));
    if deliver {
        keep(tasks, app, "delivery", &app.delivery, |app, stop| Worker::new(app).run(stop));
        keep(tasks, app, "wake", &app.delivery, domain::delivery::worker::wake_others);
        keep(tasks, app, "media", &app.files, domain::media::run);
        keep(tasks, app, "jobs", &app.jobs, domain::job::run);
        keep(tasks, app, "imports", &app.usage, domain::import::run);
        keep(tasks, app, "lost_hooks", &app.intake, domain::missed_hooks::run);
        keep(tasks, app, "retention", &app.delivery, domain::retention::run);
    }
    all
}

/// Adds a task that runs under the supervisor, with its module's context, until the stop.
fn keep<Context, Work>(
    tasks: &mut JoinSet<()>,
    app: &App,
    task: &'static str,
    context: &Arc<Context>,
    run: impl Fn(Arc<Context>, CancellationToken) -> Work + Send + Sync + 'static,
) where
    Context: Send + Sync + 'static,
    Work: Future<Output = ()> + Send + 'static,
{
    let (platform, context) = (app.platform.clone(), context.clone());
    tasks.spawn(async move {
        platform.supervisor.keep(task, &platform.stop, || run(context.clone(), platform.stop.clone())).await;
    });
}

/// A connection must send the head of its first request within this time.
const HEAD_WITHIN: Duration = Duration::from_secs(5);

/// A listening socket.
fn listen(address: &str) -> anyhow::Result<TcpListener> {
    load_shedding::connections::listen(address).with_context(|| format!("cannot listen on {address}"))
}

/// Serves the public routes, with the operators' for this machine where those have no address of their own.
fn serve(
    app: &Arc<App>,
    listener: TcpListener,
    threads: usize,
    workers: &HttpWorkers,
    fails: &mpsc::Sender<anyhow::Error>,
) -> anyhow::Result<ServerHandle> {
    let (shared, workers) = (app.clone(), workers.clone());
    let with_ops = app.config.server.ops_listen.is_none();
    let connections = Connections::new(&app.config);
    let server = HttpServer::new(move || {
        workers.add_this();
        HttpApp::new()
            .configure(|web| shared.share(web))
            .wrap(from_fn(load_shedding::gate_unknown_callers))
            .wrap(from_fn(load_shedding::gate))
            .wrap(from_fn(routes::with_common_headers))
            .wrap(from_fn(routes::measure))
            .wrap(from_fn(slot::addressed))
            .configure(routes::public)
            .configure(|config| {
                if with_ops {
                    routes::operators_of_this_machine(config);
                }
            })
            .default_service(web::to(routes::nothing_here))
    })
    .on_connect(move |socket, data| connections.begin(socket, data))
    .workers(threads)
    .client_request_timeout(HEAD_WITHIN)
    .shutdown_timeout(DRAIN.as_secs())
    .disable_signals()
    .listen(listener)
    .context("the HTTP server")?
    .run();
    let handle = server.handle();
    listen_on(app, server, fails);
    Ok(handle)
}

/// Serves `/metrics`, `/readyz` and the other routes for operators at an address of their own.
fn serve_ops(
    app: &Arc<App>,
    listener: TcpListener,
    workers: &HttpWorkers,
    fails: &mpsc::Sender<anyhow::Error>,
) -> anyhow::Result<ServerHandle> {
    let shared = app.clone();
    let workers = web::Data::new(workers.clone());
    let server = HttpServer::new(move || {
        HttpApp::new()
            .configure(|web| shared.share(web))
            .app_data(workers.clone())
            .wrap(from_fn(routes::with_common_headers))
            .configure(routes::operators)
            .default_service(web::to(routes::nothing_here))
    })
    .workers(1)
    // Nothing here reads a body, and no gate sees to a connection's end: it closes at once (`Connection::closes`).
    .client_disconnect_timeout(Duration::ZERO)
    .disable_signals()
    .listen(listener)
    .context("the operators' HTTP server")?
    .run();
    let handle = server.handle();
    listen_on(app, server, fails);
    Ok(handle)
}

/// Stops the process when its HTTP server has ended, so that the service manager restarts it.
fn listen_on(app: &Arc<App>, server: Server, fails: &mpsc::Sender<anyhow::Error>) {
    let (app, fails) = (app.clone(), fails.clone());
    detach("http", async move {
        let ended = server.await;
        if !app.stop.is_cancelled() {
            let why = ended.err().map_or_else(|| "it ended without an error".to_owned(), |error| error.to_string());
            let _ = fails.send(anyhow::anyhow!("the HTTP server no longer listens: {why}")).await;
        }
    });
}

// A configuration that was read again while the process serves (SIGHUP): what can change without a restart changes, what
// cannot is named, and a mistake changes nothing.

/// Uses the integrations, channels, plans and log filter of a configuration; false if it could not be read.
pub async fn reload(app: &PlatformContext, read: Result<Config, ConfigError>) -> bool {
    let new = match read {
        Ok(new) => new,
        Err(error) => {
            tracing::error!(%error, "the configuration was read again and has a mistake; the present one stays in use");
            return false;
        }
    };
    app.config.plans.follow(&new.plans);
    app.config.plan_list.follow(&new.plan_list);
    telemetry::set_log_filter(new.telemetry.log.as_deref());
    let before = app.integrations.of_file();
    integrations::use_file(app, &new).await;
    // As after a change of a stored one: accounts get channels that they may have now.
    for one in app.integrations.of_file() {
        let was = before.iter().find(|was| was.name == one.name);
        if was.is_some_and(|was| format!("{was:?}") == format!("{one:?}")) {
            continue;
        }
        if let Err(error) = channels::offer_all(app, &one.name).await {
            tracing::warn!(integration = one.name, %error, "channels are offered to the accounts at their next visit only");
        }
    }
    let later = app.config.changes(&new).later;
    if later.is_empty() {
        tracing::info!("the configuration was read again and is in use");
    } else {
        let keys = later.join(", ");
        tracing::warn!(keys, "the configuration was read again; these keys take effect at the next start");
    }
    true
}
