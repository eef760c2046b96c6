//! The only place where HTTP clients are built. There are two kinds of address:
//!
//! * **trusted**: configured by the operator ([`HttpClients::trusted`]), any address is allowed;
//! * **guarded**: given by a tenant ([`HttpClients::guarded`]), only https to public addresses, and what
//!   `network.allow_private` lists.
//!
//! The guard checks twice: the address as written (a literal address never reaches the resolver) and the resolver's
//! answer, which is what is connected to, so no second look-up can bypass it. Neither client follows redirects, keeps
//! cookies or reads proxy variables. [`HttpClients::trusting`] adds a root certificate for one host.

mod address;
mod guard;
mod host_root;
pub mod reason;
mod sent;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy as Redirects;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response};
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt;
use url::Url;

use crate::config::{NetworkConfig, certificates};
use crate::json;
pub use address::{AddressKind, kind_of};
use guard::{AddressFilter, Resolver};
pub use guard::{Policy, UrlRefused};
pub use sent::{Pace, SentRequest, note, recorded, send, send_to_tenant};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time limit of a whole call including the body; `RequestBuilder::timeout` overrides it.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);
/// Time limit of one file, whose bytes must keep coming.
pub const FILE_TIMEOUT: Duration = Duration::from_secs(15 * 60);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
const IDLE_CONNECTIONS_PER_HOST: usize = 32;
const USER_AGENT: &str = concat!("Parom/", env!("CARGO_PKG_VERSION"));

/// Installs ring as the TLS provider of the process. Call it first in `main` and in tests; repeated calls do nothing.
pub fn install_crypto_provider() {
    // An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Why the clients cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("cannot prepare the HTTP client: {0}. Are the system's CA certificates installed (package ca-certificates)?")]
pub enum NoClient {
    Certificates(#[from] rustls::Error),
    Client(#[from] reqwest::Error),
}

/// Why a root certificate cannot be trusted for a host.
#[derive(Debug, thiserror::Error)]
pub enum NoHostRoot {
    #[error("the address has no host")]
    NoHost,
    #[error("the file {0}")]
    File(String),
    #[error("{0}")]
    Client(#[from] NoClient),
}

/// The HTTP clients of the process; clones share connections.
#[derive(Clone, Debug)]
pub struct HttpClients {
    trusted: Client,
    files: Client,
    guarded: Guarded,
}

impl HttpClients {
    /// Builds both kinds.
    pub fn new(network: &NetworkConfig) -> Result<Self, NoClient> {
        install_crypto_provider();
        let policy = Arc::new(Policy::new(network));
        let tls = tls()?;
        let resolving = |filter| builder(&tls).dns_resolver(Resolver::new(Arc::clone(&policy), filter));
        let (trusted, files) = for_operators(&tls)?;
        Ok(Self {
            trusted,
            files,
            guarded: Guarded {
                public: resolving(AddressFilter::PublicOrListed).https_only(true).build()?,
                listed: resolving(AddressFilter::ListedOnly).build()?,
                policy,
            },
        })
    }

    /// These clients, with the root certificates of a PEM file trusted for the host of `url` alone. The guarded client,
    /// which calls addresses of tenants, stays as it is.
    pub fn trusting(&self, url: &Url, file: &Path) -> Result<Self, NoHostRoot> {
        let host = url.host_str().ok_or(NoHostRoot::NoHost)?;
        let roots = certificates(file).map_err(|problem| NoHostRoot::File(problem.to_string()))?;
        let mut tls = host_root::tls(host.trim_matches(['[', ']']), roots).map_err(NoClient::from)?;
        offer_http2(&mut tls);
        let (trusted, files) = for_operators(&tls).map_err(NoClient::from)?;
        Ok(Self { trusted, files, guarded: self.guarded.clone() })
    }

    /// For addresses from the configuration.
    pub fn trusted(&self) -> &Client {
        &self.trusted
    }

    /// For the operator's file store: long transfers are allowed, long silence is not.
    pub fn files(&self) -> &Client {
        &self.files
    }

    /// For addresses from tenants.
    pub fn guarded(&self) -> &Guarded {
        &self.guarded
    }
}

/// The system's certificates, read once: each client would otherwise hold some two megabytes of them.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let mut tls = ClientConfig::with_platform_verifier()?;
    offer_http2(&mut tls);
    Ok(tls)
}

fn offer_http2(tls: &mut ClientConfig) {
    tls.alpn_protocols = ["h2", "http/1.1"].map(Into::into).into();
}

/// The clients for addresses from the configuration: calls, and files.
fn for_operators(tls: &ClientConfig) -> Result<(Client, Client), reqwest::Error> {
    let files = builder(tls).timeout(FILE_TIMEOUT).read_timeout(TOTAL_TIMEOUT).build()?;
    Ok((builder(tls).build()?, files))
}

#[expect(clippy::disallowed_methods, reason = "the one place that builds clients")]
fn builder(tls: &ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .user_agent(USER_AGENT)
        .redirect(Redirects::none())
        .no_proxy()
        .referer(false)
        .tls_info(true)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST)
}

/// A client for addresses given by tenants. Refused addresses fail in [`Guarded::request`], refused resolutions when
/// sending: find these by [`refusal`].
#[derive(Clone, Debug)]
pub struct Guarded {
    /// https: public addresses and listed ones.
    public: Client,
    /// Plain http: listed addresses only, whatever the name resolves to.
    listed: Client,
    policy: Arc<Policy>,
}

impl Guarded {
    /// A request to an address that passed [`Guarded::check_url`].
    pub fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, UrlRefused> {
        self.check_url(url)?;
        let client = if url.scheme() == "https" { &self.public } else { &self.listed };
        Ok(client.request(method, url.clone()))
    }

    /// A GET by [`Guarded::request`].
    pub fn get(&self, url: &Url) -> Result<RequestBuilder, UrlRefused> {
        self.request(Method::GET, url)
    }

    /// A POST by [`Guarded::request`].
    pub fn post(&self, url: &Url) -> Result<RequestBuilder, UrlRefused> {
        self.request(Method::POST, url)
    }

    /// Whether an address may be called: check it when a tenant enters an address. Only a name with plain http needs
    /// the network, because it must lead to a listed address; every name is checked again when it is called.
    pub async fn check_reachable(&self, url: &Url) -> Result<(), UrlRefused> {
        self.policy.check_reachable(url).await
    }

    /// The same without the network.
    pub fn check_url(&self, url: &Url) -> Result<(), UrlRefused> {
        self.policy.check_url(url)
    }
}

/// The guard's refusal inside a send error; it should not be retried soon.
pub fn refusal(error: &reqwest::Error) -> Option<&UrlRefused> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(refused) = error.downcast_ref() {
            return Some(refused);
        }
        source = error.source();
    }
    None
}

/// The text of an answer up to `limit` bytes, mended ([`crate::json::mended`]), and whether that was all; the rest is not
/// read.
pub async fn read_up_to(mut response: Response, limit: usize) -> Result<(Vec<u8>, bool), reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - body.len();
        body.extend(chunk.iter().take(room));
        if chunk.len() > room {
            return Ok((json::mended(&body).into_owned(), false));
        }
    }
    Ok((json::mended(&body).into_owned(), true))
}
