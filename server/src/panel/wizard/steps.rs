//! The progress bar of the wizard.

use base::i18n::Sentence;

use crate::panel::PageContext;

/// One step.
pub struct WizardStep {
    pub number: usize,
    pub title: Sentence,
    pub current: bool,
    pub done: bool,
}

/// The steps and the current position.
pub struct Steps {
    pub all: Vec<WizardStep>,
    /// For narrow pages: "Step 2 of 4: Access".
    pub said: Sentence,
}

const TITLES: [&str; 4] = ["wizard-step-messenger", "wizard-step-access", "wizard-step-routing", "wizard-step-test"];

/// `at` counts from one.
pub fn steps(page: &PageContext, at: usize) -> Steps {
    let words = page.words;
    let step = |(index, key): (usize, &&'static str)| {
        let number = index + 1;
        WizardStep { number, title: words.text(*key), current: number == at, done: number < at }
    };
    let title = TITLES.get(at - 1).map(|key| words.text(*key).to_string()).unwrap_or_default();
    Steps {
        all: TITLES.iter().enumerate().map(step).collect(),
        said: words.text("wizard-step").with("step", at).with("steps", TITLES.len()).with("title", title),
    }
}
