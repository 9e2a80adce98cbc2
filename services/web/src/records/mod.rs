//! Commitments, indicators and obligations as people meet them, for every service that shows them: what
//! can be said ([`acts`]), the forms for it, what a form means ([`input`]), and the words.

pub mod acts;
pub mod forms;
pub mod input;
pub mod words;

pub use acts::{ACTS, Act, Kind};
pub use forms::{Asked, Form};
pub use input::Typed;
