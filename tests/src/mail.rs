//! A mail server that accepts and keeps all e-mails, unless it is to refuse them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use base::config::Config;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Its port, for the configuration of a test's only world.
static PORT: OnceLock<u16> = OnceLock::new();

/// The server. Start it before the world.
pub struct MailServer {
    letters: Arc<Mutex<VecDeque<Mail>>>,
    came: Arc<Notify>,
    /// The code of the answer to each recipient; 0: they are accepted.
    refusal: Arc<AtomicU16>,
    refused: Arc<AtomicUsize>,
}

/// A decoded e-mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// All headers as received.
    pub head: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl MailServer {
    /// One per test: nextest runs each test in its own process.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        PORT.set(listener.local_addr().unwrap().port()).expect("one mail server a test");
        let server =
            Self { letters: Arc::default(), came: Arc::default(), refusal: Arc::default(), refused: Arc::default() };
        let (letters, came) = (server.letters.clone(), server.came.clone());
        let (refusal, refused) = (server.refusal.clone(), server.refused.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                match talk(stream, refusal.load(Ordering::SeqCst)).await {
                    Some(letter) => letters.lock().unwrap().push_back(letter),
                    None => {
                        refused.fetch_add(1, Ordering::SeqCst);
                    }
                }
                came.notify_one();
            }
        });
        server
    }

    /// For [`crate::Setup::change`]: e-mails go to this test's server.
    pub fn serves(config: &mut Config) {
        config.mail.url = Some(format!("smtp://127.0.0.1:{}", PORT.get().unwrap()).into());
        config.mail.from = Some("Parom <parom@vendor.example>".to_owned());
    }

    /// Waits for the next e-mail.
    pub async fn next(&self) -> Mail {
        loop {
            if let Some(letter) = self.letters.lock().unwrap().pop_front() {
                return letter;
            }
            self.came.notified().await;
        }
    }

    /// Answers every recipient with this code from now on, e.g. 451 for "later" or 550 for "never"; 0: accepts them.
    pub fn refuses(&self, code: u16) {
        self.refusal.store(code, Ordering::SeqCst);
    }

    /// How many e-mails were refused.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// Whether all received e-mails were read.
    pub fn is_empty(&self) -> bool {
        self.letters.lock().unwrap().is_empty()
    }
}

impl Mail {
    fn read(raw: &str) -> Self {
        let (head, body) = raw.split_once("\n\n").unwrap();
        let head = head.replace("\n ", " ");
        let field = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        let (to, subject) = (field("To:"), words_of(&field("Subject:")));
        let text = if head.contains("base64") {
            let all: String = body.split_whitespace().collect();
            String::from_utf8(STANDARD.decode(all).unwrap()).unwrap()
        } else {
            unquoted(body)
        };
        Self { head, to, subject, text }
    }

    /// Fails the test unless the e-mail contains these texts.
    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        for words in words {
            assert!(self.subject.contains(words) || self.text.contains(words), "{words:?} is not in {self:?}");
        }
    }
}

/// Decodes `=?utf-8?b?…?=`; a space between two encoded words is dropped.
fn words_of(subject: &str) -> String {
    let (mut text, mut was_coded) = (String::new(), true);
    for part in subject.split(' ') {
        let coded = part.strip_prefix("=?utf-8?b?").and_then(|part| part.strip_suffix("?="));
        if !(text.is_empty() || was_coded && coded.is_some()) {
            text.push(' ');
        }
        match coded {
            Some(coded) => text += &String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap(),
            None => text += part,
        }
        was_coded = coded.is_some();
    }
    text
}

/// Decodes quoted-printable.
fn unquoted(body: &str) -> String {
    let body = body.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let coded = (first == b'=').then(|| after.get(..2).and_then(|two| hex::decode(two).ok())).flatten();
        match coded {
            Some(coded) => {
                bytes.extend(coded);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Receives an e-mail; none if its recipient was refused.
async fn talk(stream: TcpStream, refusal: u16) -> Option<Mail> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 here\r\n").await.unwrap();
    let mut letter = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer: &[u8] = match line.split(' ').next().unwrap().to_uppercase().as_str() {
            // Servers repeat the address.
            "RCPT" if refusal > 0 => &format!("{refusal} not here: {line}\r\n").into_bytes(),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                while let Some(line) = lines.next_line().await.unwrap().filter(|line| line != ".") {
                    // SMTP doubles a dot at the beginning of a line (RFC 5321, 4.5.2).
                    letter.push_str(line.strip_prefix('.').unwrap_or(&line));
                    letter.push('\n');
                }
                b"250 taken\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.unwrap();
                break;
            }
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await.unwrap();
    }
    (!letter.is_empty()).then(|| Mail::read(&letter))
}
