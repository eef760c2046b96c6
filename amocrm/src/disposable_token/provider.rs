//! HS256 only, for a `jsonwebtoken` that is built without cryptography of its own.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::Algorithm;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use sha2::Sha256;
use signature::{Signer, Verifier};

/// Makes HS256 the only algorithm of `jsonwebtoken` in this process; repeated calls change nothing.
///
/// [`verify`](super::verify) calls it. Call it first in `main` nevertheless: `jsonwebtoken` panics if it is used
/// without a provider, and the first provider stays.
pub fn install() {
    // An error means that one is installed already.
    let _ = HS256_ONLY.install_default();
}

static HS256_ONLY: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(key.as_bytes().to_vec()))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(key.try_get_as_bytes()?.to_vec()))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Vec<u8>);

impl Hs256 {
    fn over(&self, message: &[u8]) -> Result<Hmac<Sha256>, signature::Error> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| signature::Error::new())?;
        Ok(mac.chain_update(message))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.over(message)?.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    /// In constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.over(message)?.verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
