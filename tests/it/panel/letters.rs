//! Letters by SMTP: sign-in links and invitations in the reader's language.

use std::sync::{Arc, Mutex, OnceLock};

use parom::people::Role;
use parom::words::Language;
use parom_tests::{Engine, Place, Setup, World};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::{add_member, add_person};

/// A mail server that takes everything.
struct Catcher {
    letters: Arc<Mutex<Vec<String>>>,
    came: Arc<Notify>,
}

static PORT: OnceLock<u16> = OnceLock::new();

impl Catcher {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        PORT.set(listener.local_addr().unwrap().port()).expect("one catcher a test");
        let catcher = Self { letters: Arc::default(), came: Arc::default() };
        let (letters, came) = (catcher.letters.clone(), catcher.came.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let letter = talk(stream).await;
                letters.lock().unwrap().push(letter);
                came.notify_one();
            }
        });
        catcher
    }

    /// The next letter, decoded enough to be read.
    async fn next(&self) -> String {
        loop {
            if let Some(letter) = self.letters.lock().unwrap().pop() {
                return letter;
            }
            self.came.notified().await;
        }
    }
}

async fn talk(stream: tokio::net::TcpStream) -> String {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 catcher\r\n").await.unwrap();
    let mut letter = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        let answer: &[u8] = match line.split(' ').next().unwrap().to_uppercase().as_str() {
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                while let Some(line) = lines.next_line().await.unwrap().filter(|line| line != ".") {
                    letter.push_str(&line);
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
    decoded(&letter)
}

/// Base64 bodies and quoted-printable as plain text.
fn decoded(letter: &str) -> String {
    use base64::Engine as _;
    let (head, body) = letter.split_once("\n\n").unwrap();
    let plain = if head.contains("base64") {
        let all: String = body.split_whitespace().collect();
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(all).unwrap()).unwrap()
    } else {
        body.replace("=\n", "").replace("=3D", "=").replace("=C2=A0", " ")
    };
    format!("{head}\n\n{plain}")
}

async fn world() -> (World, Catcher) {
    let catcher = Catcher::start().await;
    let change = |config: &mut parom::config::Config| {
        config.mail.url = Some(format!("smtp://127.0.0.1:{}", PORT.get().unwrap()).into());
        config.mail.from = Some("Parom <parom@vendor.example>".to_owned());
    };
    (World::start(Engine::Sqlite, Setup { live: false, change }).await.unwrap(), catcher)
}

fn link_in(world: &World, letter: &str) -> String {
    let base = world.api.base();
    let mut links = letter.split_whitespace().rev().filter(|word| word.starts_with(&base) && word.contains("token="));
    let link = links.next().unwrap_or_else(|| panic!("no link in {letter}"));
    link.strip_prefix(&base).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_by_mail_signs_in_once() {
    let (world, catcher) = world().await;
    let line = world.line("support").await;
    let id = add_member(&world, line.tenant_id, "anna@example.com", Role::Owner).await;
    parom::people::person::set_language(world.app().store.write(), id, Language::Ru).await.unwrap();
    let visitor = world.visitor();
    let asked = visitor.sends("/panel/sign-in/link", &[("email", "ANNA@example.com"), ("to", "")]).await.is(200);
    assert!(asked.text.contains("a link is on its way"), "{}", asked.text);
    let letter = catcher.next().await;
    assert!(letter.contains("To: anna@example.com") && letter.contains("Parom <parom@vendor.example>"), "{letter}");
    assert!(letter.contains("можно один раз войти"), "in the reader's language: {letter}");
    let link = link_in(&world, &letter);
    let page = visitor.opens(&link).await.is(200);
    let token = page.field("token");
    assert_eq!(visitor.sends_as_it_is("/panel/link", &[("token", &token)]).await.is_redirect(), "/panel");
    visitor.opens("/panel/team").await.is(200);
    world.visitor().sends_as_it_is("/panel/link", &[("token", &token)]).await.is(410);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_goes_by_mail_and_is_not_shown() {
    let (world, catcher) = world().await;
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/team").await.is(200);
    let fields = [("email", "mark@example.com"), ("role", "viewer")];
    let page = owner.does("/panel/team/invite", &fields).await;
    assert!(page.text.contains("An invitation went to mark@example.com"), "{}", page.text);
    assert!(!page.text.contains("token="), "the letter alone has the link");
    let letter = catcher.next().await;
    assert!(letter.contains("Anna Ivanova invites you"), "{letter}");
    let mark = world.visitor();
    let page = mark.opens(&link_in(&world, &letter)).await.is(200);
    let token = page.field("token");
    mark.sends_as_it_is("/panel/link", &[("token", &token)]).await.is(303);
    mark.opens("/panel").await.is(200);
    mark.opens("/panel/team").await.is(403);
    // Nobody is written to whom nobody knows.
    world.visitor().sends("/panel/sign-in/link", &[("email", "nobody@example.com"), ("to", "")]).await.is(200);
    add_person(&world, "known@example.com").await;
    world.visitor().sends("/panel/sign-in/link", &[("email", "known@example.com"), ("to", "")]).await.is(200);
    assert!(catcher.next().await.contains("To: known@example.com"));
    world.close().await;
}
