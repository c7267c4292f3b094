import ArgumentParser
import Configuration
@main struct Tidehook: AsyncParsableCommand { func run() async throws { print("x") } }
