//! A root certificate that is trusted for one host alone, beside the system's.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// A TLS configuration that trusts these roots too, if the server is this host.
pub(super) fn tls(host: &str, roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig, Error> {
    let host = ServerName::try_from(host.to_owned()).map_err(|error| Error::General(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = HostRoot {
        host,
        with_roots: Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?,
        usual: Verifier::new(Arc::clone(&provider))?,
    };
    configured(provider, Arc::new(verifier))
}

fn configured(provider: Arc<CryptoProvider>, verifier: Arc<HostRoot>) -> Result<ClientConfig, Error> {
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
    ) -> Result<ServerCertVerified, Error> {
        let verifier = if *server_name == self.host { &self.with_roots } else { &self.usual };
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
