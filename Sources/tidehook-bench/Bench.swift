import ArgumentParser
@main struct Tidehook: AsyncParsableCommand { func run() async throws { print("x") } }
