//! The examples of the crate `amocrm`, as its README runs them: processes beside the simulated amoCRM.

use std::path::Path;
use std::process::Stdio;

use parom_tests::settings::PATIENCE;
use simulator::crm::{Direction, Sandbox};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{CHANNEL, CHANNEL_SECRET, CLIENT, CLIENT_SECRET, HOST, REDIRECT, account};

/// An example at work.
struct Example {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Example {
    fn start(sandbox: &Sandbox, name: &str, arguments: &[&str], exported: &[(String, String)]) -> Self {
        let built = Path::new(env!("CARGO_BIN_EXE_parom_faults")).with_file_name("examples").join(name);
        let url = sandbox.url();
        let mut child = Command::new(built)
            .args(arguments)
            .env("AMOJO_URL", url)
            .env("AMOJO_CHANNEL_ID", CHANNEL)
            .env("AMOJO_CHANNEL_SECRET", CHANNEL_SECRET)
            .env("AMOCRM_CONSENT_URL", format!("{url}/oauth"))
            .env("AMOCRM_URL", format!("{url}/accounts/{{host}}"))
            .env("AMOCRM_CLIENT_ID", CLIENT)
            .env("AMOCRM_CLIENT_SECRET", CLIENT_SECRET)
            .env("AMOCRM_REDIRECT_URI", REDIRECT)
            .envs(exported.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What stands behind these words in the next line that has them.
    async fn says(&mut self, words: &str) -> String {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("it says something in time");
            let line = line.unwrap().unwrap_or_else(|| panic!("it does not say: {words}"));
            if let Some((_, rest)) = line.split_once(words) {
                return rest.to_owned();
            }
        }
    }

    async fn ends_well(mut self) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").unwrap();
        assert!(status.success(), "{status}");
    }
}

/// The lines for the other examples that `authorize` prints.
async fn authorized(sandbox: &Sandbox) -> Vec<(String, String)> {
    let mut example = Example::start(sandbox, "authorize", &[], &[]);
    let consent = example.says("Open ").await;
    let consent: url::Url = consent.parse().unwrap();
    let state = consent.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
    let address = sandbox.allow(HOST, "main", state.as_deref());
    example.child.stdin.as_mut().unwrap().write_all(format!("{address}\n").as_bytes()).await.unwrap();
    let mut exported = Vec::new();
    for name in ["AMOCRM_URL", "AMOCRM_TOKEN", "AMOJO_ACCOUNT_ID"] {
        let value = example.says(&format!("export {name}=")).await;
        exported.push((name.to_owned(), value));
    }
    example.ends_well().await;
    exported
}

#[tokio::test]
async fn the_examples_of_the_crate_do_what_their_readme_says() {
    let sandbox = account().await;
    let exported = authorized(&sandbox).await;
    assert_eq!(exported[2].1, sandbox.accounts()[0].amojo_id);

    let mut receive = Example::start(&sandbox, "receive", &["--listen", "127.0.0.1:0"], &[]);
    let address = receive.says("Listening on ").await;
    sandbox.set_parom_url(address.split(';').next().unwrap());

    let mut send = Example::start(&sandbox, "send_message", &["--text", "Is the blue one in stock?"], &exported);
    send.says("Is the blue one in stock?").await;
    send.ends_well().await;
    let chat = sandbox.chats(HOST).remove(0);
    assert_eq!(chat.conversation_id.as_deref(), Some("conversation-user-77"));

    let said = sandbox.manager_says(HOST, &chat.id, "It is").await.unwrap();
    assert_eq!(said.answer.status, Some(200), "{said:?}");
    receive.says("It is").await;
    let read = |sandbox: &Sandbox| {
        let message = sandbox.messages(HOST).into_iter().find(|one| one.id == said.message_id)?;
        message.statuses.iter().any(|status| status.code == 2).then_some(())
    };
    assert!(sandbox.wait_for(read, PATIENCE).await.is_some(), "the manager sees blue ticks");

    let phone = ["--phone", "+7 999 000-11-22", "--name", "Olga"];
    let mut link = Example::start(&sandbox, "link_contact", &phone, &exported);
    link.says("Sent").await;
    link.ends_well().await;
    let contact = sandbox.contacts(HOST).into_iter().find(|contact| contact.name == "Olga").unwrap();
    let linked = sandbox.chats(HOST).into_iter().find(|one| contact.chats.contains(&one.id)).unwrap();
    assert_eq!(linked.conversation_id.as_deref(), Some("phone-79990001122"));
    let greets = |one: &&simulator::crm::MessageView| one.text == "Hello, it is me again";
    assert_eq!(sandbox.messages(HOST).iter().find(greets).map(|one| one.direction), Some(Direction::Incoming));
    assert!(sandbox.problems().is_empty(), "{:?}", sandbox.problems());
    sandbox.stop().await;
}
