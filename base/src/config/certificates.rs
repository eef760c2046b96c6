//! Files with certificates that the configuration names.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::i18n::LocalizedText;

/// The certificates of a PEM file; the error says why there is none.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, LocalizedText> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(LocalizedText::new("config-certificate")),
        Ok(found) => Ok(found),
        Err(error) => Err(LocalizedText::new("config-unreadable").with("reason", error.to_string())),
    }
}
