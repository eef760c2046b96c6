use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::config::Config;

fn network(allow_private: &str) -> NetworkConfig {
    Config::from_toml(&format!("[network]\nallow_private = [{allow_private}]")).unwrap().network
}

fn clients(allow_private: &str) -> HttpClients {
    HttpClients::new(&network(allow_private)).unwrap()
}

fn checked(allow_private: &str, url: &str) -> Result<(), UrlRefused> {
    Policy::new(&network(allow_private)).check_url(&Url::parse(url).unwrap())
}

#[test]
fn addresses_of_tenants_are_https_and_public() {
    for url in [
        "https://messenger.example/hook",
        "https://messenger.example:8443/",
        "https://8.8.8.8/",
        "https://[2606:4700::1]:1024/",
    ] {
        assert_eq!(checked("", url), Ok(()), "{url}");
    }
    let not_public = |host: &str, kind| Err(UrlRefused::NotPublic { host: host.to_owned(), kind });
    for (url, refused) in [
        ("http://messenger.example/", Err(UrlRefused::PlainHttp)),
        ("http://8.8.8.8/", Err(UrlRefused::PlainHttp)),
        ("ftp://messenger.example/", Err(UrlRefused::Scheme)),
        ("file:///etc/passwd", Err(UrlRefused::Scheme)),
        ("https://user@messenger.example/", Err(UrlRefused::UserInfo)),
        ("https://:pass@messenger.example/", Err(UrlRefused::UserInfo)),
        ("https://messenger.example:25/", Err(UrlRefused::Port(25))),
        ("https://messenger.example:80/", Err(UrlRefused::Port(80))),
        ("https://8.8.8.8:1023/", Err(UrlRefused::Port(1023))),
        ("https://127.0.0.1/", not_public("127.0.0.1", "loopback")),
        ("http://127.0.0.1:8080/", not_public("127.0.0.1", "loopback")),
        ("https://0x7f.1/", not_public("127.0.0.1", "loopback")),
        ("https://2130706433/", not_public("127.0.0.1", "loopback")),
        ("https://0177.0.0.1/", not_public("127.0.0.1", "loopback")),
        ("https://127.0.0.1./", not_public("127.0.0.1", "loopback")),
        ("https://①②⑦.0.0.1/", not_public("127.0.0.1", "loopback")),
        ("https://[::1]/", not_public("::1", "loopback")),
        ("https://[::ffff:127.0.0.1]/", not_public("::ffff:127.0.0.1", "loopback")),
        ("https://[64:ff9b::a9fe:a9fe]/", not_public("64:ff9b::a9fe:a9fe", "link-local")),
        ("https://169.254.169.254/latest/meta-data/", not_public("169.254.169.254", "link-local")),
    ] {
        assert_eq!(checked("", url), refused, "{url}");
    }
}

#[test]
fn a_listed_host_may_be_private_without_tls_and_on_any_port() {
    let list = "\"localhost\", \"127.0.0.1/32\", \"fd00::/8\", \"10.1.2.3\"";
    for url in [
        "http://localhost:80/",
        "http://LOCALHOST./x",
        "https://localhost:25/",
        "http://127.0.0.1:9100/hook",
        "https://127.0.0.1:1/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://[fd00::5]/",
        "http://10.1.2.3/",
        "http://maybe-listed.example/",
    ] {
        assert_eq!(checked(list, url), Ok(()), "{url}");
    }
    for url in [
        "http://127.0.0.2/",
        "https://10.1.2.4/",
        "https://[::1]/",
        "http://8.8.8.8/",
        "http://user@localhost/",
        "ftp://localhost/",
    ] {
        assert!(checked(list, url).is_err(), "{url}");
    }
    assert_eq!(checked("\"localhost\"", "http://other.example/"), Err(UrlRefused::PlainHttp));
    let guarded = clients("").guarded().clone();
    assert_eq!(
        guarded.post(&Url::parse("http://127.0.0.1/").unwrap()).unwrap_err().to_string(),
        "127.0.0.1 is not a public address (loopback)"
    );
}

#[tokio::test]
async fn a_name_with_plain_http_must_lead_to_a_listed_address() {
    let check =
        async |list: &str, url: &str| Policy::new(&network(list)).check_reachable(&Url::parse(url).unwrap()).await;
    let nets = "\"127.0.0.0/8\", \"::1/128\"";
    assert_eq!(check(nets, "http://localhost:8080/hook").await, Ok(()));
    assert_eq!(check("\"10.0.0.0/8\"", "http://localhost:8080/hook").await, Err(UrlRefused::PlainHttp));
    let unknown = "http://nobody.invalid/hook";
    assert_eq!(check(nets, unknown).await, Err(UrlRefused::NotFound("nobody.invalid".to_owned())));
    // A listed name, and https, need no look-up.
    assert_eq!(check("\"nobody.invalid\"", unknown).await, Ok(()));
    assert_eq!(check(nets, "https://nobody.invalid/hook").await, Ok(()));
    assert_eq!(check("", unknown).await, Err(UrlRefused::PlainHttp));
}

/// A server that answers `answers` connections, each with the same response.
async fn far_side(answer: String, answers: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for _ in 0..answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            assert!(request.to_lowercase().contains(&format!("user-agent: parom/{}", env!("CARGO_PKG_VERSION"))));
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    address
}

/// A server with this certificate and key; reports the outcome of each connection.
fn with_certificate(pem: &[u8], connections: usize) -> (SocketAddr, std::sync::mpsc::Receiver<std::io::Result<()>>) {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let certificate = CertificateDer::from_pem_slice(pem).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(pem).unwrap()).unwrap();
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            let mut tls = rustls::ServerConnection::new(config.clone()).unwrap();
            tell.send(tls.complete_io(&mut stream).map(|_| ())).unwrap();
        }
    });
    (address, told)
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    install_crypto_provider();
    let clients = clients("\"127.0.0.1/32\", \"localhost\"");
    let (address, told) = with_certificate(include_bytes!("self_signed.pem"), 3);
    let url = Url::parse(&format!("https://localhost:{}/", address.port())).unwrap();
    let calls =
        [clients.trusted().get(url.clone()), clients.files().get(url.clone()), clients.guarded().get(&url).unwrap()];
    for call in calls {
        let error = call.send().await.unwrap_err();
        assert!(error.is_connect(), "nothing was sent: {error:?}");
        assert!(format!("{error:?}").contains("InvalidCertificate"), "{error:?}");
        told.recv().unwrap().expect_err("the other side notices it");
    }
}

#[tokio::test]
async fn a_root_is_trusted_for_its_host_alone() {
    install_crypto_provider();
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http_client/host_root.pem"));
    let (address, told) = with_certificate(include_bytes!("host_leaf.pem"), 4);
    let url = |host: &str| Url::parse(&format!("https://{host}:{}/", address.port())).unwrap();
    let usual = clients("\"127.0.0.1/32\", \"localhost\"");
    let clients = usual.trusting(&url("localhost"), root).unwrap();
    // The certificate holds for both names; only one of them has the root.
    let refused = [
        usual.trusted().get(url("localhost")),
        clients.trusted().get(url("127.0.0.1")),
        clients.guarded().get(&url("localhost")).unwrap(),
    ];
    for call in refused {
        let error = call.send().await.unwrap_err();
        assert!(format!("{error:?}").contains("InvalidCertificate"), "{error:?}");
        told.recv().unwrap().expect_err("the other side notices it");
    }
    // The server speaks TLS and nothing else: the answer is missing, the handshake is not.
    clients.trusted().get(url("localhost")).send().await.unwrap_err();
    told.recv().unwrap().expect("the certificate is taken");
    let wrong = |file: &str| usual.trusting(&url("localhost"), std::path::Path::new(file)).unwrap_err().to_string();
    assert!(wrong("no-such-file.pem").starts_with("the file cannot be read"));
    assert_eq!(
        wrong(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")),
        "the file does not contain a certificate in PEM form"
    );
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_name_is_dialled_only_where_it_may_point() {
    let address = far_side(ok("here"), 3).await;
    let named = Url::parse(&format!("http://localhost:{}/", address.port())).unwrap();
    for list in ["\"localhost\"", "\"127.0.0.1/32\""] {
        let response = clients(list).guarded().post(&named).unwrap().send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "here", "{list}");
    }
    // Another network is listed: the name passes the first check, the resolver refuses it.
    let error = clients("\"10.0.0.0/8\"").guarded().get(&named).unwrap().send().await.unwrap_err();
    assert!(matches!(refusal(&error), Some(UrlRefused::NotPublic { kind: "loopback", .. })), "{error:?}");
    let secure = Url::parse(&format!("https://localhost:{}/", address.port())).unwrap();
    let error = clients("").guarded().get(&secure).unwrap().send().await.unwrap_err();
    assert!(matches!(refusal(&error), Some(UrlRefused::NotPublic { kind: "loopback", .. })), "{error:?}");
    // Addresses configured by the operator are not filtered.
    let response = clients("").trusted().get(named).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(refusal(&clients("").trusted().get("http://127.0.0.1:1/").send().await.unwrap_err()).is_none());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let answer =
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let url = Url::parse(&format!("http://{}/", far_side(answer.to_owned(), 2).await)).unwrap();
    let clients = clients("\"127.0.0.1\"");
    assert_eq!(clients.guarded().get(&url).unwrap().send().await.unwrap().status(), 302);
    assert_eq!(clients.trusted().get(url).send().await.unwrap().status(), 302);
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit() {
    let address = far_side(ok("0123456789"), 3).await;
    for (limit, body, whole) in [(4, "0123", false), (10, "0123456789", true), (64, "0123456789", true)] {
        let response = clients("").trusted().get(format!("http://{address}/")).send().await.unwrap();
        assert_eq!(read_up_to(response, limit).await.unwrap(), (body.as_bytes().to_vec(), whole));
    }
}

#[test]
fn an_unreachable_host_is_distinguished_from_a_temporary_failure() {
    let lookup = |words: &str| io::Error::other(format!("failed to lookup address information: {words}"));
    for nobody in [
        io::Error::from(io::ErrorKind::ConnectionRefused),
        lookup("Name or service not known"),
        lookup("No address associated with hostname"),
        lookup("Name does not resolve"),
    ] {
        assert!(is_no_server(&nobody), "{nobody}");
    }
    for passing in [lookup("Temporary failure in name resolution"), io::ErrorKind::NetworkUnreachable.into()] {
        assert!(!is_no_server(&passing), "{passing}");
    }
}

#[test]
fn messages_of_libraries_become_sentences() {
    for (reason, key) in [
        ("error sending request: client error (Connect): dns error: failed to lookup address", "said-net-name"),
        ("client error (Connect): tcp connect error: Connection refused (os error 111)", "said-net-refused"),
        ("client error (Connect): invalid peer certificate: UnknownIssuer", "said-net-certificate"),
        ("error sending request: operation timed out", "said-net-late"),
        ("tcp connect error: Network is unreachable (os error 101)", "said-net-unreachable"),
        ("connection closed before message completed", "said-net-cut"),
        ("error connecting to socks proxy: SOCKS error: failed to create underlying connection", "said-net-proxy-down"),
        ("error connecting to socks proxy: SOCKS error: credentials not accepted", "said-net-proxy-login"),
        ("error connecting to socks proxy: SOCKS error: connection refused", "said-net-proxy-way"),
    ] {
        assert_eq!(explain_failure(reason), LocalizedText::new(key), "{reason}");
    }
    assert_eq!(explain_failure("a whale"), LocalizedText::quoted("a whale"));
}
