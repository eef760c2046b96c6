//! The encryption of a notification for one browser (RFC 8291): a key agreed by ECDH on P-256, one record of AES-128-GCM
//! (RFC 8188).

use aes_gcm::aead::{Aead, KeyInit, Nonce};
use aes_gcm::{Aes128Gcm, Key};
use anyhow::{Context, anyhow, ensure};
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Size of a record, as announced; a message is one record, and push services take no more in all.
const RECORD: u32 = 4096;
/// Salt, record size, length of the key, and the key.
const HEAD: usize = 16 + 4 + 1 + 65;
const TAG: usize = 16;
/// The most bytes of a notification.
const MOST: usize = 4096 - HEAD - TAG - 1;
/// Ends the text of the last record; nothing pads it.
const LAST: u8 = 2;

/// The keys of a browser's subscription.
pub(super) struct Receiver {
    pub public: PublicKey,
    /// Known to the browser and to us, not to the push service.
    pub auth: [u8; 16],
}

/// The body of a request to the push service.
pub(super) fn encrypt(receiver: &Receiver, text: &[u8]) -> anyhow::Result<Vec<u8>> {
    sealed(receiver, &new_key(), rand::random(), text)
}

/// A new secret key.
pub(super) fn new_key() -> SecretKey {
    loop {
        // Practically every number of 32 bytes is a key.
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
        if let Ok(key) = SecretKey::from_slice(bytes.as_slice()) {
            return key;
        }
    }
}

fn sealed(receiver: &Receiver, ours: &SecretKey, salt: [u8; 16], text: &[u8]) -> anyhow::Result<Vec<u8>> {
    ensure!(text.len() <= MOST, "a notification has {} bytes, more than {MOST}", text.len());
    let (theirs, public) = (receiver.public.to_sec1_bytes(), ours.public_key().to_sec1_bytes());
    let shared = p256::ecdh::diffie_hellman(ours.to_nonzero_scalar(), receiver.public.as_affine());
    let info = [b"WebPush: info\0".as_slice(), &theirs, &public].concat();
    let agreed: Zeroizing<[u8; 32]> = derived(&receiver.auth, shared.raw_secret_bytes().as_slice(), &info)?;
    let key: Zeroizing<[u8; 16]> = derived(&salt, agreed.as_slice(), b"Content-Encoding: aes128gcm\0")?;
    let nonce: Zeroizing<[u8; 12]> = derived(&salt, agreed.as_slice(), b"Content-Encoding: nonce\0")?;
    let cipher = Aes128Gcm::new(&Key::<Aes128Gcm>::from(*key));
    let record = [text, &[LAST]].concat();
    let record = cipher
        .encrypt(&Nonce::<Aes128Gcm>::from(*nonce), record.as_slice())
        .map_err(|_| anyhow!("a notification could not be encrypted"))?;
    let length = u8::try_from(public.len()).context("the length of a key")?;
    Ok([salt.as_slice(), &RECORD.to_be_bytes(), &[length], &public, &record].concat())
}

/// HKDF with SHA-256 (RFC 5869).
fn derived<const LENGTH: usize>(salt: &[u8], key: &[u8], info: &[u8]) -> anyhow::Result<Zeroizing<[u8; LENGTH]>> {
    let mut out = Zeroizing::new([0; LENGTH]);
    let done = Hkdf::<Sha256>::new(Some(salt), key).expand(info, out.as_mut_slice());
    done.map_err(|_| anyhow!("a key of {LENGTH} bytes cannot be derived"))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// What a browser does (RFC 8291 §3.3, RFC 8188 §2), from its secret key.
    fn read(secret: &SecretKey, auth: &[u8; 16], body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        assert_eq!((&rest[..4], rest[4]), (&4096_u32.to_be_bytes()[..], 65));
        let (key, record) = rest[5..].split_at(65);
        let theirs = PublicKey::from_sec1_bytes(key).unwrap();
        let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), theirs.as_affine());
        let info = [b"WebPush: info\0".as_slice(), &secret.public_key().to_sec1_bytes(), key].concat();
        let agreed: Zeroizing<[u8; 32]> = derived(auth, shared.raw_secret_bytes().as_slice(), &info).unwrap();
        let key: Zeroizing<[u8; 16]> = derived(salt, agreed.as_slice(), b"Content-Encoding: aes128gcm\0").unwrap();
        let nonce: Zeroizing<[u8; 12]> = derived(salt, agreed.as_slice(), b"Content-Encoding: nonce\0").unwrap();
        let cipher = Aes128Gcm::new(&Key::<Aes128Gcm>::from(*key));
        let mut text = cipher.decrypt(&Nonce::<Aes128Gcm>::from(*nonce), record).unwrap();
        assert_eq!(text.pop(), Some(LAST));
        text
    }

    /// RFC 8291, section 5.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let ours = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let public = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let auth: [u8; 16] = bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap();
        let receiver = Receiver { public: PublicKey::from_sec1_bytes(&bytes(public)).unwrap(), auth };
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let text = b"When I grow up, I want to be a watermelon";
        let body = sealed(&receiver, &ours, salt, text).unwrap();
        let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8\
            wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(&body), wanted);
        let theirs = SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap();
        assert_eq!(read(&theirs, &auth, &body), text);
    }

    proptest! {
        #[test]
        fn a_browser_reads_every_text_and_the_push_service_takes_it(
            text in proptest::collection::vec(any::<u8>(), 0..=MOST), auth in any::<[u8; 16]>(),
        ) {
            let secret = new_key();
            let body = encrypt(&Receiver { public: secret.public_key(), auth }, &text).unwrap();
            prop_assert!(body.len() <= 4096);
            prop_assert_eq!(read(&secret, &auth, &body), text);
        }
    }

    #[test]
    fn a_payload_that_is_too_long_is_refused_before_it_is_sent() {
        let receiver = Receiver { public: new_key().public_key(), auth: [7; 16] };
        assert!(encrypt(&receiver, &[0; MOST + 1]).is_err());
        assert_eq!(encrypt(&receiver, &[0; MOST]).unwrap().len(), 4096);
    }
}
