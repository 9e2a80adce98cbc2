#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tais_tests::fuzz::receipt(bytes));
