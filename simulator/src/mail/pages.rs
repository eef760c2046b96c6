//! The inbox: all letters, and one of them.

use askama::Template;
use chrono::Local;

use super::{Inbox, Letter, Post};
use crate::desk::Desk;
use crate::kit::{Answer, Call, Faults, Frame, Look, PLAIN, Piece, Shared, page_of, pieces};

#[derive(Template)]
#[template(path = "mail/inbox.html")]
struct InboxPage {
    frame: Frame,
    /// The newest first.
    rows: Vec<Row>,
    refused: u64,
    troubles: String,
    is_broken: bool,
}

struct Row {
    href: String,
    to: String,
    subject: String,
    clock: String,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct LetterPage {
    frame: Frame,
    back: String,
    letter: Letter,
    clock: String,
    pieces: Vec<Piece>,
}

fn clock(letter: &Letter) -> String {
    letter.at.with_timezone(&Local).format("%H:%M").to_string()
}

impl Desk for Post {
    type State = Inbox;

    const LOOK: Look = Look {
        title: "mail",
        class: "mail",
        troubles: &[
            ("refuse_later", r#"{"fault": "refuse", "status": 451, "count": 3}"#),
            ("refuse_never", r#"{"fault": "refuse", "status": 550, "count": 3}"#),
            ("slow", r#"{"fault": "slow", "millis": 10000, "count": 1}"#),
            ("reset_before", r#"{"fault": "reset_before", "count": 1}"#),
        ],
        words: include_str!("words.tsv"),
        ..PLAIN
    };

    fn shared(&self) -> &Shared<Inbox> {
        &self.inbox
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    async fn answer(&self, call: &Call, frame: Frame) -> Option<Answer> {
        Some(match (call.method.as_str(), call.segments().as_slice()) {
            ("GET", [""]) => self.list(frame),
            ("GET", ["letters", id]) => {
                let id = id.parse().unwrap_or(0);
                let letter = self.inbox.state().letters.iter().find(|letter| letter.id == id).cloned();
                letter.map_or_else(|| Answer::empty(404), |letter| one(frame, letter))
            }
            _ => Answer::empty(404),
        })
    }
}

impl Post {
    fn list(&self, frame: Frame) -> Answer {
        let inbox = self.inbox.state();
        let row = |letter: &Letter| Row {
            href: frame.link(&format!("/letters/{}", letter.id)),
            to: letter.to.clone(),
            subject: letter.subject.clone(),
            clock: clock(letter),
        };
        let page = InboxPage {
            rows: inbox.letters.iter().rev().map(row).collect(),
            refused: inbox.refused,
            troubles: frame.link("/trouble"),
            is_broken: self.faults.left() > 0,
            frame,
        };
        page_of(200, &page, "'self'")
    }
}

fn one(frame: Frame, letter: Letter) -> Answer {
    let (back, clock, pieces) = (frame.link("/"), clock(&letter), pieces(&letter.text));
    page_of(200, &LetterPage { frame, back, letter, clock, pieces }, "'self'")
}
