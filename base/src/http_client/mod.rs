//! The only place where HTTP clients are built. There are two kinds of address:
//!
//! * **trusted**: configured by the operator ([`HttpClients::trusted`]), any address is allowed;
//! * **guarded**: given by a tenant ([`HttpClients::guarded`]), only https to public addresses, and what
//!   `network.allow_private` lists.
//!
//! The guard checks twice: the address as written (a literal address never reaches the resolver) and the resolver's
//! answer, which is what is connected to, so no second look-up can bypass it. Neither client follows redirects, keeps
//! cookies or reads proxy variables. [`HttpClients::trusting`] adds a root certificate for one host.
//!
//! [`HttpClients::to`] gives the clients for amoCRM and for each messenger, which go through the proxy of its section of
//! the configuration; those for tenants' addresses go through that of `[network]`. The guard is the same with a proxy.

mod guard;
mod proxy;
mod sent;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use guard::{AddressFilter, Resolver};
use proxy::Proxy;
use reqwest::redirect::Policy as Redirects;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::{ConfigVerifierExt, Verifier};
use secrecy::SecretString;
use url::Url;

use crate::config::{Config, NetworkConfig, certificates};
use crate::i18n::LocalizedText;
use crate::json;
pub use guard::{AddressKind, Policy, UrlRefused, kind_of};
pub use sent::{Pace, SentRequest, note, record, send, send_to_tenant};

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
    #[error("cannot prepare the way through a proxy: {0}")]
    Proxy(io::Error),
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
    own: Clients,
    /// By sections of the configuration.
    others: Arc<BTreeMap<&'static str, Clients>>,
}

#[derive(Clone, Debug)]
struct Clients {
    trusted: Client,
    files: Client,
    guarded: Guarded,
    proxy: Option<Proxy>,
}

/// The section about tenants' addresses.
const TENANTS: &str = "network";
/// The section about amoCRM.
pub const AMOCRM: &str = "amocrm";

impl HttpClients {
    /// Builds both kinds; only tenants' addresses have a proxy.
    pub fn new(network: &NetworkConfig) -> Result<Self, NoClient> {
        Self::with_proxies(network, [(TENANTS, network.proxy.as_ref())])
    }

    /// With all proxies of a configuration. Call it within a runtime.
    pub fn of(config: &Config) -> Result<Self, NoClient> {
        Self::with_proxies(&config.network, config.proxies().map(|setting| (setting.section, setting.proxy)))
    }

    fn with_proxies<'config>(
        network: &NetworkConfig,
        proxies: impl IntoIterator<Item = (&'static str, Option<&'config SecretString>)>,
    ) -> Result<Self, NoClient> {
        install_crypto_provider();
        let (policy, tls) = (Arc::new(Policy::new(network)), tls()?);
        let mut own = Clients::new(&tls, &policy, None)?;
        let through = |proxy: Option<&SecretString>| match proxy {
            Some(proxy) => Clients::new(&tls, &policy, Some(Proxy::open(proxy)?)),
            None => Ok(own.clone()),
        };
        let others = proxies.into_iter().map(|(section, proxy)| through(proxy).map(|clients| (section, clients)));
        let others = others.collect::<Result<BTreeMap<_, _>, _>>()?;
        if let Some(tenants) = others.get(TENANTS) {
            own.guarded = tenants.guarded.clone();
        }
        Ok(Self { own, others: Arc::new(others) })
    }

    /// The clients for the servers of [`AMOCRM`] or of a kind of messenger, and for addresses that these name: with its proxy
    /// or, if it has none, without one. Sources of other kinds are tenants' servers.
    #[must_use]
    pub fn to(&self, whom: &str) -> Self {
        Self { own: self.clients(whom).clone(), others: Arc::clone(&self.others) }
    }

    fn clients(&self, section: &str) -> &Clients {
        self.others.get(section).unwrap_or(&self.own)
    }

    /// For amoCRM's addresses, which the configuration names.
    pub fn amocrm(&self) -> &Client {
        &self.clients(AMOCRM).trusted
    }

    /// These clients, with the root certificates of a PEM file trusted for the host of `url` alone. The guarded client,
    /// which calls addresses of tenants, stays as it is.
    pub fn trusting(&self, url: &Url, file: &Path) -> Result<Self, NoHostRoot> {
        let host = url.host_str().ok_or(NoHostRoot::NoHost)?;
        let roots = certificates(file).map_err(|problem| NoHostRoot::File(problem.to_string()))?;
        let mut tls = with_root(host.trim_matches(['[', ']']), roots).map_err(NoClient::from)?;
        offer_http2(&mut tls);
        let (trusted, files) = for_operators(&tls, self.own.proxy.as_ref()).map_err(NoClient::from)?;
        Ok(Self { own: Clients { trusted, files, ..self.own.clone() }, others: Arc::clone(&self.others) })
    }

    /// For addresses from the configuration.
    pub fn trusted(&self) -> &Client {
        &self.own.trusted
    }

    /// For the operator's file store: long transfers are allowed, long silence is not.
    pub fn files(&self) -> &Client {
        &self.own.files
    }

    /// For addresses from tenants.
    pub fn guarded(&self) -> &Guarded {
        &self.own.guarded
    }
}

impl Clients {
    fn new(tls: &ClientConfig, policy: &Arc<Policy>, proxy: Option<Proxy>) -> Result<Self, NoClient> {
        let resolving = |filter| {
            let resolver = Resolver::new(Arc::clone(policy), filter, proxy.clone());
            let through = proxy.as_ref().map(Proxy::by_address).transpose()?;
            reqwest::Result::Ok(builder(tls, through).dns_resolver(resolver))
        };
        let guarded = Guarded {
            public: resolving(AddressFilter::PublicOrListed)?.https_only(true).build()?,
            listed: resolving(AddressFilter::ListedOnly)?.build()?,
            policy: Arc::clone(policy),
        };
        let (trusted, files) = for_operators(tls, proxy.as_ref())?;
        Ok(Self { trusted, files, guarded, proxy })
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
fn for_operators(tls: &ClientConfig, proxy: Option<&Proxy>) -> Result<(Client, Client), reqwest::Error> {
    let through = || proxy.map(Proxy::by_name).transpose();
    let files = builder(tls, through()?).timeout(FILE_TIMEOUT).read_timeout(TOTAL_TIMEOUT).build()?;
    Ok((builder(tls, through()?).build()?, files))
}

#[expect(clippy::disallowed_methods, reason = "the one place that builds clients")]
fn builder(tls: &ClientConfig, proxy: Option<reqwest::Proxy>) -> ClientBuilder {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .user_agent(USER_AGENT)
        .redirect(Redirects::none())
        .no_proxy()
        .referer(false)
        .tls_info(true)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST);
    match proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder,
    }
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

/// A TLS configuration that trusts these roots too, if the server is this host.
fn with_root(host: &str, roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    let host = ServerName::try_from(host.to_owned()).map_err(|error| rustls::Error::General(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = HostRoot {
        host,
        with_roots: Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?,
        usual: Verifier::new(Arc::clone(&provider))?,
    };
    configured(provider, Arc::new(verifier))
}

fn configured(provider: Arc<CryptoProvider>, verifier: Arc<HostRoot>) -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Checks certificates like the system, with more roots for one host.
#[derive(Debug)]
struct HostRoot {
    host: ServerName<'static>,
    with_roots: Verifier,
    usual: Verifier,
}

impl ServerCertVerifier for HostRoot {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verifier = if *server_name == self.host { &self.with_roots } else { &self.usual };
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Texts of system resolvers for an unknown name (EAI_NONAME, EAI_NODATA), in lower case. The standard library has no
/// error kind for it.
const NO_SUCH_NAME: [&str; 4] = [
    "name or service not known",
    "no address associated with",
    "name does not resolve",
    "nodename nor servname provided",
];

/// Texts of libraries and systems, in lower case, and the message key for each. The first that fits counts.
const KNOWN: &[(&[&str], &str)] = &[
    (
        &["socks error: failed to create", "io error during socks handshake", "socks error: failed parsing"],
        "said-net-proxy-down",
    ),
    (
        &[
            "credentials not accepted",
            "user/pass authentication",
            "implements authentication",
            "socks error: connection not allowed",
        ],
        "said-net-proxy-login",
    ),
    (&["socks error"], "said-net-proxy-way"),
    (&["dns error", "failed to lookup", "name or service not known"], "said-net-name"),
    (&["connection refused"], "said-net-refused"),
    (&["certificate", "tls", "handshake"], "said-net-certificate"),
    (&["timed out", "timeout", "deadline"], "said-net-late"),
    (&["unreachable"], "said-net-unreachable"),
    (
        &["connection reset", "broken pipe", "connection closed", "unexpected eof", "incomplete", "reading a body"],
        "said-net-cut",
    ),
];

/// Whether the host does not exist or refuses connections on this port. False for temporary failures: a resolver that
/// does not answer, a network that is down.
pub fn is_no_server(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| {
        let words = cause.to_string().to_lowercase();
        cause.kind() == io::ErrorKind::ConnectionRefused || NO_SUCH_NAME.iter().any(|sign| words.contains(sign))
    })
}

/// A library's reason as a localised text; an unknown one is unchanged.
pub fn explain_failure(reason: &str) -> LocalizedText {
    let text = reason.to_lowercase();
    let found = KNOWN.iter().find(|(signs, _)| signs.iter().any(|sign| text.contains(sign)));
    found.map_or_else(|| LocalizedText::quoted(reason), |(_, key)| LocalizedText::new(*key))
}

/// Why a call failed. The address is left out, because it may contain a token.
pub fn explained(error: reqwest::Error) -> LocalizedText {
    explain_failure(&format!("{:#}", anyhow::Error::from(error.without_url())))
}

/// Why a call failed, if the proxy is the reason: it does not answer, or refuses us.
pub fn proxy_failure(error: &reqwest::Error) -> Option<LocalizedText> {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    let said = explain_failure(&causes.map(ToString::to_string).collect::<Vec<_>>().join(": "));
    matches!(said.key(), "said-net-proxy-down" | "said-net-proxy-login").then_some(said)
}

/// Why a call was not accepted, in English: the status of its answer, or why there is none; `None` after a 2xx. The
/// address is left out, because it may contain a token.
pub fn not_accepted(answer: reqwest::Result<reqwest::Response>) -> Option<String> {
    match answer {
        Ok(answer) if answer.status().is_success() => None,
        Ok(answer) => {
            let status = i64::from(answer.status().as_u16());
            Some(LocalizedText::new("said-server-answered").with("status", status).to_string())
        }
        Err(error) => Some(explained(error).to_string()),
    }
}
